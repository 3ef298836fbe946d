import type { DecisionLiterals } from '../environment-prover.ts';
import { FALSE, type Literal } from '../formula/formula.ts';
import type { Clause } from '../search/clause.ts';

/**
 * The policies whose meaning a proof needs: those that a clause speaks of, and those that are settled without any. Of the
 * others it holds whatever they say. `wrong` is what the decision must not be, `root` that and the region.
 */
export function policiesNeeded(
  { satisfied, settled, permitted, forbidden, allowed }: DecisionLiterals,
  roots: readonly { readonly region: Literal; readonly wrong: Literal; readonly root: Literal }[],
  clauses: Iterable<Clause>,
): readonly string[] {
  // What cancels out leaves no clause from which it shows.
  const cancels = (conjunction: Literal, ...operands: readonly Literal[]): boolean =>
    conjunction === FALSE && !operands.includes(FALSE);
  const operands = new Set(satisfied.values());
  const isCancelled =
    (Math.abs(permitted) === 1 || Math.abs(forbidden) === 1) &&
    [...operands].some((one) => operands.has(-one));
  if (
    isCancelled ||
    cancels(allowed, permitted, -forbidden) ||
    roots.some(({ region, wrong, root }) => cancels(root, region, wrong))
  )
    return [...new Set([...satisfied.keys(), ...settled])];
  const variables = new Set<number>();
  for (const { literals } of clauses) for (const literal of literals) variables.add(Math.abs(literal));
  const spoken = [...satisfied].filter(([, literal]) => variables.has(Math.abs(literal))).map(([id]) => id);
  return [...new Set([...settled, ...spoken])];
}
