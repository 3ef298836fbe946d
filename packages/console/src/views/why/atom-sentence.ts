import type { Atom, Term } from '@kiten/checker';
import { signed } from '../../components/signed.ts';
import { say } from '../../i18n/language.ts';
import { standings } from '../../trust/standing.ts';
import { tiersWorstFirst } from '../../trust/tiers.ts';
import { roleName, shortDigest } from './names.ts';
import { type WhyWord, words } from './words.ts';

type NameOf = (key: Term | undefined) => string;

/** What an atom of a derivation says, as a sentence. One that is not known is shown as it stands. */
export function atomSentence(atom: Atom, nameOf: NameOf): string {
  const [predicate, ...terms] = atom;
  if (predicate === 'says') return saidSentence(terms, nameOf) ?? atomText(atom);
  const [first, second, third, fourth] = terms;
  switch (predicate) {
    case 'root':
      return words.say('atom-root', { who: nameOf(first) });
    case 'speaks':
      return words.say('atom-speaks', { who: nameOf(first), role: roleName(second) });
    case 'appointing':
      return words.say('atom-appointing', { role: roleName(first) });
    case 'entitled':
      return words.say('atom-entitled', { role: roleName(first), claim: text(second) });
    case 'concerns':
      return words.say('atom-concerns', { whole: text(first), part: text(second) });
    case 'found':
      return words.say('atom-found', {
        finding: shortDigest(second),
        claim: text(third),
        value: signed(Number(fourth)),
      });
    case 'counted':
      return words.say('atom-counted', { count: text(fourth) });
    case 'verdict': {
      const [subject, epoch, , standing, status] = terms;
      return words.say('atom-verdict', {
        subject: text(subject),
        epoch: text(epoch),
        standing: standingName(standing),
        status: statusName(status),
      });
    }
    case 'absent':
    case 'present':
      return words.say(`atom-${predicate}`, { what: markName(first, second, nameOf) });
    default:
      return atomText(atom);
  }
}

function saidSentence([key, , predicate, ...terms]: readonly Term[], nameOf: NameOf): string | undefined {
  const who = nameOf(key);
  const [first, second, third, fourth, fifth] = terms;
  switch (predicate) {
    case 'appoints':
      return words.say('atom-appoints', { who, key: nameOf(first), role: roleName(second) });
    case 'finding':
    case 'relays':
      return words.say(`atom-${predicate}`, { who, subject: text(second), code: text(fifth) });
    case 'vouches':
      return words.say('atom-vouches', {
        who,
        subject: text(first),
        claim: text(second),
        value: signed(Number(third)),
      });
    case 'composes':
      return words.say('atom-composes', { who, whole: text(first), part: text(second) });
    case 'verdict':
      return words.say('atom-says-verdict', { who, subject: text(first), count: text(terms[8]) });
    case 'counts':
      return words.say('atom-counts', { who, finding: shortDigest(second ?? fourth) });
    default:
      return undefined;
  }
}

function markName(kind: Term | undefined, value: Term | undefined, nameOf: NameOf): string {
  const marks = ['key', 'statement', 'subject'] as const;
  const known = marks.find((one) => one === kind);
  if (known === undefined) return `${text(kind)} ${shortDigest(value)}`;
  const shown = known === 'key' ? nameOf(value) : shortDigest(value);
  return words.say(`mark-${known}` satisfies WhyWord, { value: shown });
}

/** As the rules write it. */
function atomText([predicate, ...terms]: Atom): string {
  return `${text(predicate)}(${terms.map(text).join(', ')})`;
}

const text = (term: Term | undefined): string =>
  term instanceof Uint8Array ? shortDigest(term) : String(term ?? '');

function standingName(term: Term | undefined): string {
  const known = standings.find((one) => one === term);
  return known === undefined ? text(term) : say(`standing.${known}`);
}

function statusName(term: Term | undefined): string {
  const known = tiersWorstFirst.find((one) => one === term);
  return known === undefined ? text(term) : say(`tier.${known}`);
}
