import { KitenError } from '@kiten/codec';

/** A table of the configuration file: what is read from it is known, and what is left over is refused. */
export class Table {
  readonly #file: string;
  readonly #name: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #known = new Set<string>();

  constructor(file: string, name: string, value: unknown) {
    this.#file = file;
    this.#name = name;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.refusal('', 'has to be a table');
    }
    this.#values = value as Record<string, unknown>;
  }

  table(key: string): Table | undefined {
    const value = this.#take(key);
    return value === undefined ? undefined : new Table(this.#file, this.#path(key), value);
  }

  text(key: string): string | undefined {
    const value = this.#take(key);
    if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 1024))
      return value;
    throw this.refusal(key, 'has to be text');
  }

  /** A list of texts, of one at least. */
  texts(key: string): readonly string[] | undefined {
    const value = this.#take(key);
    const isText = (each: unknown) => typeof each === 'string' && each !== '' && each.length <= 1024;
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length > 0 && value.every(isText)) return value as string[];
    throw this.refusal(key, 'has to be a list of texts');
  }

  needed(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw this.refusal(key, 'is missing');
    return value;
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.text(key);
    const word = words.find((each) => each === value);
    if (value !== undefined && word === undefined) throw this.refusal(key, `is one of ${words.join(', ')}`);
    return word;
  }

  integer(key: string, least: number, most: number): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.refusal(key, 'is out of range');
  }

  /** To be called when all is read. */
  finish(): void {
    const unknown = Object.keys(this.#values).find((key) => !this.#known.has(key));
    if (unknown !== undefined) throw this.refusal(unknown, 'is no setting of the agent');
  }

  refusal(key: string, problem: string): KitenError {
    const path = this.#path(key);
    return new KitenError('agent/config-key', `${this.#file}: “${path}” ${problem}.`, {
      detail: { file: this.#file, key: path },
    });
  }

  #path(key: string): string {
    return [this.#name, key].filter((part) => part !== '').join('.');
  }

  #take(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
  }
}
