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
} as const;

export type Rule = (typeof rules)[keyof typeof rules];

/** A clause that holds by a rule: at least one of its literals is true. */
export interface Lemma {
  readonly rule: Exclude<Rule, 0>;
  readonly clause: readonly Literal[];
  /** What the rule needs besides, but for `numbers`. */
  readonly terms: readonly Term[];
  readonly numbers?: NumberProof;
}

/** How inequalities add up to a contradiction. */
export interface NumberProof {
  /** One for each literal of the clause, in its order. */
  readonly multipliers: readonly bigint[];
  readonly facts: readonly NumberFact[];
}

/** 0: the least value of a term's range; 1: the greatest; 2 and 3: `floor` from both sides. */
export interface NumberFact {
  readonly fact: 0 | 1 | 2 | 3;
  readonly term: Term;
  readonly multiplier: bigint;
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
