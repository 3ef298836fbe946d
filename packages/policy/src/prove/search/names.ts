import type { Statement } from '../formula/atom.ts';
import type { Literal } from '../formula/formula.ts';
import { literalOf } from '../formula/statement.ts';
import type { Universe } from '../formula/universe.ts';

/** What a certificate calls a literal that is a gate. */
export type Name =
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'policy' | 'region' | 'broken'; readonly id: string }
  | { readonly kind: 'permitted' | 'forbidden' | 'allowed' }
  /** What an analysis asks that no certificate comes of. */
  | { readonly kind: 'question' };

/** A name for one of the two literals of a variable. */
export interface NamedLiteral {
  readonly name: Name;
  readonly literal: Literal;
}

/** Which variables a certificate can speak of: atoms, and gates that have been given a name. */
export class Names {
  readonly #universe: Universe;
  readonly #byVariable = new Map<number, NamedLiteral>();

  constructor(universe: Universe) {
    this.#universe = universe;
  }

  has(variable: number): boolean {
    return this.#universe.formula.operandsOf(variable) === undefined || this.#byVariable.has(variable);
  }

  of(variable: number): NamedLiteral | undefined {
    const named = this.#byVariable.get(variable);
    if (named !== undefined) return named;
    const statement = this.#universe.atoms.of(variable);
    return statement && { name: { kind: 'statement', statement }, literal: variable };
  }

  /** Takes back all names but those of statements: another set of policies is to come. */
  forgetPolicies(): void {
    for (const [variable, { name }] of this.#byVariable)
      if (name.kind !== 'statement') this.#byVariable.delete(variable);
  }

  /** An atom has its name already, and keeps it. */
  give(literal: Literal, name: Name): void {
    if (this.#universe.formula.operandsOf(Math.abs(literal)) === undefined) return;
    this.#byVariable.set(Math.abs(literal), { name, literal });
  }

  /** The statement's literal; if it is a gate, it can be spoken of from now on. */
  state(statement: Statement): Literal {
    const literal = literalOf(this.#universe, statement);
    const variable = Math.abs(literal);
    if (variable > 1 && !this.has(variable)) this.give(literal, { kind: 'statement', statement });
    return literal;
  }
}
