import type { Formula } from '../../../src/prove/formula/formula.ts';
import type { Derived } from '../../../src/prove/search/trim.ts';

/**
 * Whether each learned clause follows from the gates, the lemmas and the clauses before it by unit propagation alone, and
 * the goals from all of them. Lemmas are taken as they are. Slow and simple.
 */
export function stepsFollow(formula: Formula, steps: readonly Derived[], goals: readonly number[]): boolean {
  const clauses = gatesBelow(formula, [...goals, ...steps.flatMap(({ origin }) => clauseOf(origin))]);
  for (const { origin } of steps) {
    const clause = clauseOf(origin);
    if (origin.kind === 'learned' && !isImplied(clauses, clause)) return false;
    clauses.push(clause);
  }
  return goals.every((goal) => isImplied(clauses, [-goal]));
}

function clauseOf(origin: Derived['origin']): readonly number[] {
  return origin.kind === 'learned' ? origin.clause : origin.lemma.clause;
}

function gatesBelow(formula: Formula, roots: readonly number[]): (readonly number[])[] {
  const clauses: (readonly number[])[] = [[1]];
  const seen = new Set<number>();
  const open = roots.map(Math.abs);
  for (let variable = open.pop(); variable !== undefined; variable = open.pop()) {
    const operands = formula.operandsOf(variable);
    if (operands === undefined || seen.has(variable)) continue;
    seen.add(variable);
    for (const operand of operands) {
      clauses.push([-variable, operand]);
      open.push(Math.abs(operand));
    }
    clauses.push([variable, ...operands.map((operand) => -operand)]);
  }
  return clauses;
}

function isImplied(clauses: readonly (readonly number[])[], clause: readonly number[]): boolean {
  const truths = new Set(clause.map((literal) => -literal));
  for (const literal of truths) if (truths.has(-literal)) return true;
  for (let changed = true; changed; ) {
    changed = false;
    for (const each of clauses) {
      if (each.some((literal) => truths.has(literal))) continue;
      const open = each.filter((literal) => !truths.has(-literal));
      if (open.length === 0) return true;
      if (open.length > 1) continue;
      truths.add(open[0]!);
      changed = true;
    }
  }
  return false;
}
