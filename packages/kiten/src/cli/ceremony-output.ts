import type {
  CeremonyWarning,
  Power,
  Rehearsal,
  RoleHolder,
  RoleState,
  RootDifference,
  SignatureNeed,
  Succession,
} from '@kiten/update';
import { counted, print, showTime } from './output.ts';

/** `ann (1f2e3d4c)`: who holds a key, and the beginning of its id. */
export const holderText = ({ holder, keyId }: RoleHolder): string =>
  holder === undefined ? keyId.slice(0, 8) : `${holder} (${keyId.slice(0, 8)})`;

/** Four digits at a time, as one reads them out. */
export const digestText = (digest: string): string => digest.replace(/(.{4})(?=.)/g, '$1 ');

export function roleText({ role, threshold, holders }: RoleState): string {
  return `${role}: ${threshold} of ${counted(holders.length, 'key', 'keys')}: ${holders.map(holderText).join(', ')}`;
}

export function differenceText(difference: RootDifference): string {
  switch (difference.kind) {
    case 'holder-added':
      return `+ ${difference.role}: ${holderText(difference)}`;
    case 'holder-removed':
      return `− ${difference.role}: ${holderText(difference)}`;
    case 'threshold':
      return `! ${difference.role} takes ${counted(difference.after, 'signature', 'signatures')}, and took ${difference.before}`;
    case 'expires':
      return `  holds until ${showTime(difference.after)}, and held until ${showTime(difference.before)}`;
    case 'consistent-snapshot':
      return `! consistent snapshots: ${difference.after ? 'yes' : 'no'}, and before ${difference.before ? 'yes' : 'no'}`;
    default:
      return `! names roles that TUF gives no meaning to: ${difference.roles.join(', ')}`;
  }
}

export function needText({ by, threshold, holders, missing }: SignatureNeed): string {
  const who = by === 'before' ? 'the holders of the root before' : 'the holders that it names';
  const have = holders.filter(({ signed }) => signed).map(holderText);
  const others = holders.filter(({ signed }) => !signed).map(holderText);
  const state = missing === 0 ? 'enough' : `${missing} missing`;
  return `  ${threshold} of ${who}: ${have.join(', ') || 'nobody yet'} (${state}${missing > 0 ? `; still ${others.join(', ')}` : ''})`;
}

export function tellSuccession({ version, differences, digest, needs }: Succession): void {
  print(`root ${version}`);
  for (const difference of differences) print(`  ${differenceText(difference)}`);
  print(`  digest ${digestText(digest)}`);
  for (const need of needs) print(needText(need));
}

/** A succession as JSON has it. */
export function successionJson({ needs, ...rest }: Succession) {
  return {
    ...rest,
    needs: needs.map(({ holders, ...need }) => ({
      ...need,
      holders: holders.map(({ publicKey: _, ...holder }) => holder),
    })),
  };
}

export function warningText(warning: CeremonyWarning): string {
  switch (warning.kind) {
    case 'expired':
      return `${warning.role} expired on ${showTime(warning.expires)}: clients refuse it. Renew it now.`;
    case 'expires-soon':
      return `${warning.role} expires in ${counted(warning.days, 'day', 'days')}, on ${showTime(warning.expires)}: have its holders meet.`;
    case 'none-to-spare':
      return `${warning.role} takes all of its ${counted(warning.holders, 'key', 'keys')}: when one is lost, nobody can sign any more.`;
    case 'one-is-enough':
      return `${warning.role} takes one signature: a single stolen key takes every client over.`;
    case 'offline-and-online':
      return `${holderText(warning)} holds ${warning.roles.join(' and ')}: a key for the safe is also one that signs every day.`;
    default:
      return `${holderText(warning)} of ${warning.role} is of a kind that is not known here: it counts for nothing.`;
  }
}

export const powerTexts: Readonly<Record<Power, string>> = {
  nothing: 'nothing by themselves, as long as no other keys go',
  freeze: 'hold clients where they are while the timestamp holds',
  'fast-forward': 'name versions that nothing honest could follow, until the keys are taken away',
  'mix-and-match': 'serve old and new releases together that do not belong together',
  'arbitrary-software': 'have clients install whatever they like',
  'take-over': 'take every client over for good',
};

export function tellRehearsal({ steps, leftOut, asExpected }: Rehearsal): void {
  print('A rehearsal, with throw-away keys in a copy. Nothing was changed.');
  for (const [index, { who, does, notes, clients }] of steps.entries()) {
    print(`${index + 1}. ${who === '' ? does : `${who} ${does}`}`);
    for (const note of notes) print(`   ${note}`);
    for (const outcome of clients) {
      const mark = outcome.expected ? '●' : '✖';
      if ('accepts' in outcome) {
        const versions = Object.entries(outcome.accepts).map(([role, version]) => `${role} ${version}`);
        print(`   ${mark} ${outcome.client} accepts: ${versions.join(', ')}`);
      } else {
        const kept = outcome.unchanged ? '; what it trusts is as it was' : '';
        print(`   ${mark} ${outcome.client} refuses: ${outcome.refuses}${kept}`);
      }
    }
  }
  if (leftOut.length > 0) print(`Left out, since nothing of this touches them: ${leftOut.join(', ')}`);
  print(
    asExpected ? 'Every client did what it should.' : 'A client did not do what it should: do not go on.',
  );
}
