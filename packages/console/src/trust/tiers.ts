/** What a claim's value, or a whole verdict, amounts to (draft-ietf-rats-ar4si §2.3.2, §3.2). */
export type Tier = 'none' | 'affirming' | 'warning' | 'contraindicated';

/** The tiers as people want to see them: what needs them first comes first. */
export const tiersWorstFirst: readonly Tier[] = ['contraindicated', 'warning', 'none', 'affirming'];

/** What needs a look first. Knowing nothing is more urgent than knowing something good. */
export const urgencyOf: Readonly<Record<Tier, number>> = {
  affirming: 0,
  none: 1,
  warning: 2,
  contraindicated: 3,
};

/**
 * The tier of a claim's value, an integer from −128 to 127.
 * none: −1, 0, 1 · affirming: 2…31 and −2…−32 · warning: 32…95 and −33…−96 · contraindicated: the rest.
 */
export function tierOf(value: number): Tier {
  const magnitude = value < 0 ? -value - 1 : value;
  if (magnitude >= 96) return 'contraindicated';
  if (magnitude >= 32) return 'warning';
  return value >= 2 || value <= -2 ? 'affirming' : 'none';
}
