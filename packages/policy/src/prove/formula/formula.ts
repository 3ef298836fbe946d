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
  readonly #named = new Set<number>();

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

  all(operands: readonly Literal[]): Literal {
    const flat = new Set<Literal>();
    for (const literal of operands) {
      const inner = literal > 0 && !this.#named.has(literal) ? this.#operands[literal] : undefined;
      if (inner === undefined) flat.add(literal);
      else for (const each of inner) flat.add(each);
    }
    flat.delete(TRUE);
    if (flat.has(FALSE)) return FALSE;
    for (const literal of flat) if (flat.has(-literal)) return FALSE;
    if (flat.size === 0) return TRUE;
    const sorted = [...flat].sort((left, right) => left - right);
    if (sorted.length === 1) return sorted[0]!;
    const key = sorted.join();
    const known = this.#gates.get(key);
    if (known !== undefined) return known;
    const gate = this.#operands.push(sorted) - 1;
    this.#gates.set(key, gate);
    return gate;
  }

  /** Keeps a conjunction, or one negated, from being dissolved in those that it becomes an operand of. */
  name(literal: Literal): Literal {
    this.#named.add(Math.abs(literal));
    return literal;
  }

  /** left ⟺ right */
  same(left: Literal, right: Literal): Literal {
    return this.or(this.and(left, right), this.and(-left, -right));
  }
}
