import type { Atoms } from './atoms.ts';
import type { Term } from './forms.ts';
import type { Gates } from './gates.ts';
import { always, type Literal, never } from './propagation.ts';
import type { Terms } from './terms.ts';

/** What an expression is: in each case a value, in at most one of them; in none it fails. */
export type Cases = readonly Case[];
export type Case = Readonly<{ condition: Literal; term: Term }>;
/** When something is true and when it is false. If neither, it fails. */
export type Verdict = Readonly<{ isTrue: Literal; isFalse: Literal }>;
/** Whether it never fails. */
export const isTotal = ({ isTrue, isFalse }: Verdict): boolean => isFalse === -isTrue;

export type Algebra = ReturnType<typeof casesOf>;

/** What is done with cases in one environment. */
export function casesOf({ make }: Terms, atoms: Atoms, { and, or }: Gates) {
  /** Without those that never hold; those with the same term are one. */
  const joined = (all: Cases): Cases => {
    const conditions = new Map<Term, Literal[]>();
    for (const { condition, term } of all) {
      if (condition === never) continue;
      if (!conditions.get(term)?.push(condition)) conditions.set(term, [condition]);
    }
    return [...conditions].map(([term, some]) => ({ condition: or(some), term }));
  };
  const under = (condition: Literal, all: Cases): Cases =>
    all.map((one) => ({ condition: and([condition, one.condition]), term: one.term }));
  const [yes, no] = [make('bool', 1n), make('bool', 0n)];
  const said = ({ isTrue, isFalse }: Verdict): Cases => [
    ...(isTrue === never ? [] : [{ condition: isTrue, term: yes }]),
    ...(isFalse === never ? [] : [{ condition: isFalse, term: no }]),
  ];
  const verdictOf = (all: Cases): Verdict => {
    const bools = all.filter(({ term }) => term.kind === 'Bool');
    const truth = ({ term }: Case): Literal =>
      term === yes ? always : term === no ? never : atoms.make('true', term);
    return {
      isTrue: or(bools.map((one) => and([one.condition, truth(one)]))),
      isFalse: or(bools.map((one) => and([one.condition, -truth(one)]))),
    };
  };
  return { joined, under, said, verdictOf };
}
