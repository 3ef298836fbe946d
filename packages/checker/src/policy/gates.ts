import { always, type Literal, never, type Propagation } from './propagation.ts';
import type { Effort } from './report.ts';

export type Gates = ReturnType<typeof gatesOf>;

/** Conjunctions: variables that stand for "all of these literals" (docs/policy-certificate.md, "Gates"). */
export function gatesOf(propagation: Propagation, effort: Effort) {
  const known = new Map<string, Literal>();
  const operandsOf = new Map<Literal, readonly Literal[]>();
  const counted = new Set<Literal>();

  /** A conjunction whose operands stay as they are. */
  const gate = (literals: readonly Literal[]): Literal => {
    effort.spend(literals.length);
    const sorted = literals.toSorted((one, other) => Math.abs(one) - Math.abs(other) || one - other);
    const all = sorted.filter((one, at) => one !== always && one !== sorted[at - 1]);
    if (all.some((one, at) => one === never || one === -all[at - 1]!)) return never;
    if (all.length < 2) return all[0] ?? always;
    const key = all.join();
    const variable = known.get(key) ?? propagation.variable();
    known.set(key, variable);
    operandsOf.set(variable, all);
    return variable;
  };
  /** A conjunction; an operand that is one itself is replaced by its operands. */
  const and = (literals: readonly Literal[]): Literal => {
    let [only, isOne] = [always, true];
    for (const literal of literals) {
      if (literal === never) return never;
      if (literal !== always && literal !== only) [only, isOne] = [literal, only === always];
    }
    // Most are of one literal that matters.
    if (isOne) return only;
    return gate(literals.flatMap((literal) => operandsOf.get(literal) ?? literal));
  };
  const or = (literals: readonly Literal[]): Literal => -and(literals.map((literal) => -literal));

  /** Lets the clauses count that say what a literal stands for: only now something that matters depends on them. */
  const count = (literal: Literal): Literal => {
    const open = new Set([Math.abs(literal)]);
    for (const one of open) {
      const operands = counted.has(one) ? undefined : operandsOf.get(one);
      if (operands === undefined) continue;
      counted.add(one);
      propagation.add([one, ...operands.map((operand) => -operand)]);
      for (const operand of operands) propagation.add([-one, operand]);
      for (const operand of operands) open.add(Math.abs(operand));
    }
    return literal;
  };
  return { gate, and, or, count };
}
