import type { Term } from '../terms/term.ts';

/** What an atom says; `docs/policy-certificate.md` says when each holds. */
export type AtomForm =
  | 'true'
  | 'known'
  | 'has'
  | 'hasTag'
  | 'like'
  | 'equal'
  | 'in'
  | 'inAny'
  | 'contains'
  | 'containsAll'
  | 'containsAny'
  | 'inRange'
  | 'atLeast'
  | 'fails';

/** What an atom says of its terms. */
export interface Statement {
  readonly form: AtomForm;
  /** The terms it is about; those of a sum for `atLeast`. */
  readonly terms: readonly Term[];
  /** The attribute of `has`, the range of `inRange`, the operator of `fails`. */
  readonly text: string;
  /** The texts of `like` between which anything may stand. */
  readonly pattern: readonly string[];
  readonly coefficients: readonly bigint[];
  readonly bound: bigint;
}

/** An atom that nothing simplifies, and its variable. */
export interface Atom extends Statement {
  readonly variable: number;
}
