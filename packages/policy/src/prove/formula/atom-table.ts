import type { Term } from '../terms/term.ts';
import type { Atom, AtomForm } from './atom.ts';
import type { Formula, Literal } from './formula.ts';

interface Details {
  readonly text?: string;
  readonly pattern?: readonly string[];
  readonly coefficients?: readonly bigint[];
  readonly bound?: bigint;
}

/** The atoms of one environment, by their variables. */
export class AtomTable {
  readonly #formula: Formula;
  readonly #byKey = new Map<string, Atom>();
  readonly #byVariable = new Map<number, Atom>();

  constructor(formula: Formula) {
    this.#formula = formula;
  }

  of(variable: number): Atom | undefined {
    return this.#byVariable.get(variable);
  }

  /** The atom of that form; its terms must be such that nothing simplifies it. */
  get(form: AtomForm, terms: readonly Term[], details: Details = {}): Literal {
    const { text = '', pattern = [], coefficients = [], bound = 0n } = details;
    const key = `${form} ${terms.map(({ id }) => id)} ${coefficients} ${bound} ${pattern.length === 0 ? text : JSON.stringify(pattern)}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.variable;
    const variable = this.#formula.atom();
    const atom = { variable, form, terms, text, pattern, coefficients, bound };
    this.#byKey.set(key, atom);
    this.#byVariable.set(variable, atom);
    return variable;
  }
}
