/** A variable, from 1, or its negation: the negative number. The variable 1 is always true. */
export type Literal = number;
/** ⊤ and ⊥. */
export const [always, never]: readonly [Literal, Literal] = [1, -1];

/** At least one of these literals is true; as many are not known to be false. */
type Clause = { readonly literals: readonly Literal[]; open: number };
/** Where a literal's own things are in an array: a variable's at its double, its negation's one further. */
const place = (literal: Literal): number => (literal > 0 ? 2 * literal : 1 - 2 * literal);

/** Clauses, and what follows from them by unit propagation. */
export class Propagation {
  /** By place: 1 if the literal is true, −1 if it is false, 0 if that is open; and the clauses that have it. */
  readonly #values = [0, 0, 1, -1];
  readonly #clauses: Clause[][] = [[], [], [], []];
  /** The literals that became true, in order. */
  readonly #trail: Literal[] = [];
  #isContradictory = false;

  variable(): Literal {
    this.#values.push(0, 0);
    this.#clauses.push([], []);
    return this.#values.length / 2 - 1;
  }

  /** Adds a clause: at least one of its literals is true. */
  add(all: readonly Literal[]): void {
    const literals = [...new Set(all)].filter((literal) => this.#values[place(literal)] !== -1);
    const clause = { literals, open: literals.length };
    for (const literal of literals) this.#clauses[place(literal)]!.push(clause);
    if (clause.open < 2 && !literals.some((literal) => this.#assume(literal))) this.#isContradictory = true;
  }

  /** Whether a clause is implied: assuming the negation of each of its literals leads to a contradiction. */
  implies(clause: readonly Literal[]): boolean {
    const start = this.#trail.length;
    const isImplied = this.#isContradictory || clause.some((literal) => !this.#assume(-literal));
    for (const literal of this.#trail.splice(start)) {
      this.#set(literal, 0);
      for (const clause of this.#clauses[place(-literal)]!) clause.open += 1;
    }
    return isImplied;
  }

  /** Makes a literal true, and all that follows. Returns false if that is a contradiction. */
  #assume(literal: Literal): boolean {
    const value = this.#values[place(literal)]!;
    if (value !== 0) return value > 0;
    let isSound = true;
    this.#set(literal, 1);
    this.#trail.push(literal);
    for (let at = this.#trail.length - 1; at < this.#trail.length; at += 1) {
      for (const clause of this.#clauses[place(-this.#trail[at]!)]!) {
        clause.open -= 1;
        if (clause.open > 1 || !isSound) continue;
        const left = clause.literals.find((one) => this.#values[place(one)]! >= 0);
        if (left === undefined) isSound = false;
        else if (this.#values[place(left)] === 0) {
          this.#set(left, 1);
          this.#trail.push(left);
        }
      }
    }
    return isSound;
  }

  #set(literal: Literal, value: number): void {
    this.#values[place(literal)] = value;
    this.#values[place(-literal)] = -value;
  }
}
