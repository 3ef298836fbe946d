import type { Effort } from './report.ts';

/** A variable, from 1, or its negation: the negative number. The variable 1 is always true. */
export type Literal = number;
/** ⊤ and ⊥. */
export const [always, never]: readonly [Literal, Literal] = [1, -1];
/** At least one of these literals is true. */
type Clause = readonly Literal[];

/** Where a literal's own things are in an array: a variable's at its double, its negation's one further. */
const place = (literal: Literal): number => (literal > 0 ? 2 * literal : 1 - 2 * literal);

/** Clauses, and what follows from them by unit propagation. */
export class Propagation {
  /** By place: whether the literal is true; and the clauses that have it. */
  readonly #isTrue = [false, false, true, false];
  readonly #clauses: Clause[][] = [[], [], [], []];
  /** The literals that became true, in order. */
  readonly #trail: Literal[] = [];
  #isContradictory = false;
  /** Conjunctions by their operands, and the other way round. */
  readonly #gates = new Map<string, Literal>();
  readonly #operands = new Map<Literal, Clause>();
  readonly #effort: Effort;

  constructor(effort: Effort) {
    this.#effort = effort;
  }

  variable(): Literal {
    this.#isTrue.push(false, false);
    this.#clauses.push([], []);
    return this.#isTrue.length / 2 - 1;
  }

  add(clause: Clause): void {
    for (const literal of clause) this.#clauses[place(literal)]!.push(clause);
    if (!this.#visit(clause) || !this.#spread(this.#trail.length - 1)) this.#isContradictory = true;
  }

  /** Whether a clause is implied: assuming the negation of each of its literals leads to a contradiction. */
  implies(clause: Clause): boolean {
    const start = this.#trail.length;
    const isPossible = !this.#isContradictory && clause.every((literal) => this.#assume(-literal));
    const isImplied = !isPossible || !this.#spread(start);
    for (const literal of this.#trail.splice(start)) this.#isTrue[place(literal)] = false;
    return isImplied;
  }

  /** A conjunction whose operands stay as they are: a variable that stands for "all of these literals". */
  gate(literals: Clause): Literal {
    const all = new Set(literals);
    all.delete(always);
    if (all.has(never) || [...all].some((literal) => literal < 0 && all.has(-literal))) return never;
    const operands = [...all].sort((one, other) => one - other);
    if (operands.length < 2) return operands[0] ?? always;
    const key = operands.join();
    this.#effort.spend(key.length);
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const gate = this.variable();
    // Its clauses are looked at again and again.
    this.#effort.spend(24 * operands.length);
    this.#gates.set(key, gate);
    this.#operands.set(gate, operands);
    for (const operand of operands) this.add([-gate, operand]);
    this.add(operands.map((operand) => -operand).concat(gate));
    return gate;
  }

  /** A conjunction; an operand that is one itself is replaced by its operands. */
  readonly and = (literals: Clause): Literal => {
    if (literals.includes(never)) return never;
    const [first = always, ...others] = literals.filter((literal) => literal !== always);
    // Most are of one literal that matters.
    if (others.length === 0) return first;
    return this.gate(literals.flatMap((literal) => this.#operands.get(literal) ?? literal));
  };
  readonly or = (literals: Clause): Literal => -this.and(literals.map((literal) => -literal));

  /** Makes a literal true. Returns false if it is false. */
  #assume(literal: Literal): boolean {
    if (this.#isTrue[place(-literal)]) return false;
    if (!this.#isTrue[place(literal)]) this.#trail.push(literal);
    this.#isTrue[place(literal)] = true;
    return true;
  }

  /** Makes the only literal of a clause true that is not false, unless one is true. Returns false if all are false. */
  #visit(clause: Clause): boolean {
    let open: Literal | undefined;
    for (const literal of clause) {
      if (this.#isTrue[place(literal)]) return true;
      if (this.#isTrue[place(-literal)] || literal === open) continue;
      if (open !== undefined) return true;
      open = literal;
    }
    return open !== undefined && this.#assume(open);
  }

  /** Follows what the literals from a place of the trail on lead to. Returns false if that is a contradiction. */
  #spread(start: number): boolean {
    for (let at = Math.max(start, 0); at < this.#trail.length; at += 1)
      for (const clause of this.#clauses[place(-this.#trail[at]!)]!) if (!this.#visit(clause)) return false;
    return true;
  }
}
