import type { Formula, Literal } from '../formula/formula.ts';
import type { Assignment } from './assignment.ts';

/** Finds what must still be chosen for a literal that is true to be true on account of atoms. */
export class Chooser {
  readonly #formula: Formula;
  readonly #assignment: Assignment;
  readonly #isNameable: (variable: number) => boolean;
  #stamps = new Int32Array(64);
  #stamp = 0;

  constructor(formula: Formula, assignment: Assignment, isNameable: (variable: number) => boolean) {
    this.#formula = formula;
    this.#assignment = assignment;
    this.#isNameable = isNameable;
  }

  /** Forgets what earlier calls of `open` looked at. */
  begin(): void {
    if (this.#stamps.length <= this.#formula.size) this.#stamps = new Int32Array(this.#formula.size * 2);
    this.#stamp++;
  }

  /** A literal to choose, with a name; undefined if the atoms that are assigned make `literal`, which is true, true. */
  open(literal: Literal): Literal | undefined {
    const variable = Math.abs(literal);
    if (this.#stamps[variable] === this.#stamp) return undefined;
    this.#stamps[variable] = this.#stamp;
    const operands = this.#formula.operandsOf(variable);
    if (operands === undefined) return undefined;
    if (literal > 0) {
      // Later operands are mostly the region's, and positive: they leave least open.
      for (let index = operands.length - 1; index >= 0; index--) {
        const found = this.open(operands[index]!);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    return this.#openFalse(operands);
  }

  /** One false operand is enough. */
  #openFalse(operands: readonly Literal[]): Literal | undefined {
    let [gate, open]: [Literal, Literal] = [0, 0];
    for (const operand of operands) {
      const value = this.#assignment.value(operand);
      if (value < 0) {
        if (this.#formula.operandsOf(Math.abs(operand)) === undefined) return undefined;
        gate = operand;
      } else if (value === 0 && open === 0) open = operand;
    }
    if (gate !== 0) return this.open(-gate);
    return this.named(-open);
  }

  /** A literal with a name that helps an open one to become true. */
  named(literal: Literal): Literal {
    const variable = Math.abs(literal);
    if (this.#isNameable(variable)) return literal;
    const operands = this.#formula.operandsOf(variable)!;
    const open = operands.find((operand) => this.#assignment.value(operand) === 0)!;
    return this.named(literal > 0 ? open : -open);
  }
}
