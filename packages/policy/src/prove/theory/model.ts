import type { IpAddressValue } from '../../values/extension-value.ts';
import type { Term } from '../terms/term.ts';
import type { Equalities } from './equalities.ts';
import type { Fact } from './facts.ts';

/** Values for terms under which all assigned atoms are as assigned, as far as the theory can tell. */
export interface Model {
  /** Facts in which nothing can be replaced by an equal term. */
  readonly facts: readonly Fact[];
  readonly equalities: Equalities;
  readonly texts: ReadonlyMap<Term, string>;
  readonly numbers: ReadonlyMap<Term, bigint>;
  readonly addresses: ReadonlyMap<Term, IpAddressValue>;
}
