import { toHex } from '@kiten/codec';
import { isVariable, type Pattern } from './rule.ts';
import { patternText, termText } from './rule-text.ts';

/** Why nothing follows from a fact that is missing, as the end of a sentence. Rule sets of other words get Datalog. */
export function reasonFor(pattern: Pattern): string {
  const [predicate, ...terms] = pattern;
  const name = (place: number, unknown?: string) => nameOf(terms[place], unknown);
  if (predicate === 'root') return noRole(name(0), terms[1]);
  if (predicate === 'absent') return `the ${name(0)} ${name(1)} is withdrawn.`;
  if (predicate === 'present') return `the ${name(0)} ${name(1)} is not withdrawn.`;
  // Only counting goes from one number to the next.
  if (predicate === '=next' && typeof terms[1] === 'number') return noCount(terms[1] - 1);
  if (predicate !== 'says') return `there is no ${patternText(pattern)}.`;
  switch (terms[2]) {
    case 'appoints':
      return noRole(name(3), terms[4]);
    case 'composes':
      return `no statement says that ${name(4)} composes into ${name(3, 'the subject')}.`;
    case 'verdict':
      return `no statement gives a verdict on ${name(3)}.`;
    case 'counts':
      return noCount(name(3));
    case 'finding':
    case 'relays':
      return `the finding ${name(3)} is not among the statements.`;
    case 'vouches':
      return `the statement ${name(1)} does not vouch for what the finding relays.`;
    default:
      return `no statement says ${patternText(pattern)}.`;
  }
}

function noRole(key: string, role: Pattern[number] | undefined): string {
  return typeof role === 'string'
    ? `the key ${key} is no ${role}, neither as a root nor by an appointment.`
    : `the key ${key} has no role, neither as a root nor by an appointment.`;
}

function noCount(number: number | string): string {
  return `the verdict does not say which finding number ${number} is.`;
}

function nameOf(term: Pattern[number] | undefined, unknown = 'anybody'): string {
  if (term === undefined || isVariable(term)) return unknown;
  if (term instanceof Uint8Array) return toHex(term);
  return typeof term === 'string' ? term : termText(term);
}
