import type { Literal } from '../formula/formula.ts';
import type { Term } from '../terms/term.ts';

/** The rules by which a clause holds whatever the request and the entities; numbered as in a certificate. */
export const rules = {
  implied: 0,
  texts: 1,
  numbers: 2,
  replace: 3,
  above: 4,
  stranger: 5,
  cycle: 6,
  enumerated: 7,
  subset: 8,
  superset: 9,
  overlap: 10,
  overlapping: 11,
  group: 12,
  grouped: 13,
  ranges: 14,
  bounds: 15,
  presence: 16,
} as const;

export type Rule = (typeof rules)[keyof typeof rules];

/** A clause that holds by a rule: at least one of its literals is true. */
export interface Lemma {
  readonly rule: Exclude<Rule, 0>;
  readonly clause: readonly Literal[];
  /** The terms that the rule is told of; for `presence`, of what it is told that an entity has it shows from the clause. */
  readonly terms: readonly Term[];
  /** For `numbers`, one for each literal of the clause, in its order: how the opposites add up to a contradiction. */
  readonly multipliers?: readonly bigint[];
}

/** A lemma without the literals that are false anyway; undefined if one is true anyway. */
export function lemmaOf(
  rule: Lemma['rule'],
  literals: readonly Literal[],
  ...terms: readonly Term[]
): Lemma | undefined {
  if (literals.includes(1)) return undefined;
  return { rule, clause: [...new Set(literals)].filter((literal) => literal !== -1), terms };
}
