import type { Clause } from './clause.ts';
import type { Solver } from './solver.ts';

/**
 * Gives a new solver what an old one derived over the same universe, as far as it rests only on gates that the new one
 * has too: then it follows again, step by step.
 */
export function inherit(solver: Solver, old: Solver): void {
  const kept = new Map<Clause, Clause>();
  const settled = new Map<number, boolean>();
  const holds = (clause: Clause): boolean =>
    clause.origin.kind === 'gate' ? solver.isActive(clause.origin.variable) : kept.has(clause);
  const isSettled = (variable: number): boolean => {
    const known = settled.get(variable);
    if (known !== undefined) return known;
    settled.set(variable, true);
    const reason = old.reasonOf(variable);
    const all =
      reason === undefined ||
      (holds(reason) && reason.literals.every((literal) => isSettled(Math.abs(literal))));
    settled.set(variable, all);
    return all;
  };
  for (const clause of old.derived) {
    const { origin } = clause;
    if (origin.kind === 'gate') continue;
    const literals = origin.kind === 'lemma' ? origin.lemma.clause : origin.clause;
    if (!literals.every((literal) => solver.speaksOf(Math.abs(literal)))) continue;
    if (origin.kind === 'lemma') {
      kept.set(clause, solver.add(literals, origin));
      continue;
    }
    if (!origin.from.every(holds) || !origin.settled.every(isSettled)) continue;
    const from = origin.from.map((each) => kept.get(each) ?? each);
    kept.set(clause, solver.add(literals, { ...origin, from }));
  }
}
