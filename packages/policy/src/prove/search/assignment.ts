import type { Literal } from '../formula/formula.ts';
import type { Clause } from './clause.ts';

/** What the variables are at the moment, since which choice, and why. Grows with the formula. */
export class Assignment {
  #values = new Int8Array(64);
  #levels = new Int32Array(64);
  #reasons: (Clause | undefined)[] = [];
  readonly trail: Literal[] = [];
  /** Where each choice begins in the trail. */
  readonly #choices: number[] = [];

  /** How many choices have been made. */
  get level(): number {
    return this.#choices.length;
  }

  grow(size: number): void {
    if (size < this.#values.length) return;
    const values = new Int8Array(size * 2);
    values.set(this.#values);
    this.#values = values;
    const levels = new Int32Array(size * 2);
    levels.set(this.#levels);
    this.#levels = levels;
  }

  /** 1: true, −1: false, 0: open. */
  value(literal: Literal): number {
    return literal > 0 ? this.#values[literal]! : -this.#values[-literal]!;
  }

  levelOf(variable: number): number {
    return this.#levels[variable]!;
  }

  reasonOf(variable: number): Clause | undefined {
    return this.#reasons[variable];
  }

  assign(literal: Literal, reason: Clause | undefined): void {
    const variable = Math.abs(literal);
    this.#values[variable] = literal > 0 ? 1 : -1;
    this.#levels[variable] = this.#choices.length;
    this.#reasons[variable] = reason;
    this.trail.push(literal);
  }

  choose(literal: Literal): void {
    this.#choices.push(this.trail.length);
    this.assign(literal, undefined);
  }

  /** Undoes all choices but the first `level`. Calls `undo` for each literal, the last first. */
  backTo(level: number, undo: (literal: Literal) => void): void {
    if (this.#choices.length <= level) return;
    const end = this.#choices[level]!;
    while (this.trail.length > end) {
      const literal = this.trail.pop()!;
      const variable = Math.abs(literal);
      this.#values[variable] = 0;
      this.#reasons[variable] = undefined;
      undo(literal);
    }
    this.#choices.length = level;
  }
}
