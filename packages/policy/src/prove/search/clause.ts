import type { Literal } from '../formula/formula.ts';
import type { Lemma } from './lemma.ts';

/** A clause as the solver keeps it: the first two literals are watched. */
export interface Clause {
  readonly literals: Literal[];
  /** Why it holds: the gate whose definition it is part of, a lemma, or the clauses it follows from. */
  readonly origin: Origin;
}

export type Origin = { readonly kind: 'gate'; readonly variable: number } | LemmaOrigin | LearnedOrigin;

export interface LemmaOrigin {
  readonly kind: 'lemma';
  readonly lemma: Lemma;
}

export interface LearnedOrigin {
  readonly kind: 'learned';
  readonly clause: readonly Literal[];
  readonly from: readonly Clause[];
  /** Variables without a choice, whose reasons it also follows from. */
  readonly settled: readonly number[];
}
