/** A variable of a formula, or its negation: n or −n, n from 1. */
export type Literal = number;

export const TRUE: Literal = 1;
export const FALSE: Literal = -1;

/**
 * A growing formula over atoms: conjunctions, each a variable of its own, shared if their operands are the same.
 * Disjunctions are conjunctions negated.
 */
export class Formula {
  /** By variable: the operands of a conjunction; undefined for atoms and for the constant. */
  readonly #operands: (readonly Literal[] | undefined)[] = [undefined, undefined];
  readonly #gates = new Map<string, Literal>();

  /** The greatest variable. */
  get size(): number {
    return this.#operands.length - 1;
  }

  atom(): Literal {
    return this.#operands.push(undefined) - 1;
  }

  operandsOf(variable: number): readonly Literal[] | undefined {
    return this.#operands[variable];
  }

  and(...operands: readonly Literal[]): Literal {
    return this.all(operands);
  }

  or(...operands: readonly Literal[]): Literal {
    return this.any(operands);
  }

  any(operands: readonly Literal[]): Literal {
    return -this.all(operands.map((literal) => -literal));
  }

  /** A conjunction; operands that are conjunctions themselves are dissolved in it. */
  all(operands: readonly Literal[]): Literal {
    return this.allOf(
      operands.flatMap((literal) => (literal > 0 ? (this.#operands[literal] ?? literal) : literal)),
    );
  }

  /** A disjunction of operands that stay as they are. */
  anyOf(operands: readonly Literal[]): Literal {
    return -this.allOf(operands.map((literal) => -literal));
  }

  /** A conjunction of operands that stay as they are. */
  allOf(operands: readonly Literal[]): Literal {
    const distinct = new Set(operands);
    distinct.delete(TRUE);
    if (distinct.has(FALSE)) return FALSE;
    for (const literal of distinct) if (distinct.has(-literal)) return FALSE;
    if (distinct.size === 0) return TRUE;
    const sorted = [...distinct].sort((left, right) => left - right);
    if (sorted.length === 1) return sorted[0]!;
    const key = sorted.join();
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const gate = this.#operands.push(sorted) - 1;
    this.#gates.set(key, gate);
    return gate;
  }

  /** left ⟺ right */
  same(left: Literal, right: Literal): Literal {
    return this.or(this.and(left, right), this.and(-left, -right));
  }
}
