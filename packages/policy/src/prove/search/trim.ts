import type { Clause, LearnedOrigin, LemmaOrigin } from './clause.ts';
import type { Solver } from './solver.ts';

export interface Derived extends Clause {
  readonly origin: LemmaOrigin | LearnedOrigin;
}

/** Of all clauses of a search, gates' too, only what some literals, false whatever is chosen, rest on. */
export function foundation(solver: Solver, falseRoots: readonly number[]): ReadonlySet<Clause> {
  const needed = new Set<Clause>();
  const variables = new Set<number>();
  const open: (Clause | number)[] = falseRoots.map(Math.abs);
  if (solver.contradiction !== undefined)
    open.push(solver.contradiction, ...solver.contradiction.literals.map(Math.abs));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'number') {
      if (variables.has(next)) continue;
      variables.add(next);
      const reason = solver.reasonOf(next);
      if (reason === undefined) continue;
      open.push(reason);
      // What has a reason here is settled, and so is the rest of the clause.
      for (const literal of reason.literals) open.push(Math.abs(literal));
      continue;
    }
    if (needed.has(next)) continue;
    needed.add(next);
    if (next.origin.kind === 'learned') {
      open.push(...next.origin.from, ...next.origin.settled);
    }
  }
  return needed;
}
