import { equalBytes } from '@kiten/codec';
import type { Term } from './term.ts';

/**
 * Terms as small numbers, so that atoms are compared by them. Equal terms have one number. A table may continue
 * another one, whose numbers it keeps and which must not grow any more.
 */
export class TermTable {
  readonly #before: TermTable | undefined;
  readonly #offset: number;
  readonly #terms: Term[] = [];
  readonly #plain = new Map<string | number, number>();
  /** Numbers of byte strings by a hash of them, or by the next integer that is free. */
  readonly #bytes = new Map<number, number>();

  constructor(before?: TermTable) {
    this.#before = before;
    this.#offset = before?.size ?? 0;
  }

  get size(): number {
    return this.#offset + this.#terms.length;
  }

  /** The term of a number that this table gave. */
  term(number: number): Term {
    return number < this.#offset ? this.#before!.term(number) : this.#terms[number - this.#offset]!;
  }

  /** The number of a term, a new one if the table has not seen it yet. */
  number(term: Term): number {
    return typeof term === 'object' ? this.#numberOfBytes(term) : this.#numberOfPlain(term);
  }

  #numberOfPlain(term: string | number): number {
    const before = this.#before;
    const known = before === undefined ? undefined : before.#plain.get(term);
    const number = known ?? this.#plain.get(term);
    if (number !== undefined) return number;
    this.#plain.set(term, this.size);
    return this.#add(term);
  }

  #numberOfBytes(bytes: Uint8Array): number {
    const hash = hashOf(bytes);
    const before = this.#before;
    const known = before === undefined ? undefined : before.#bytes.get(before.#slot(bytes, hash));
    if (known !== undefined) return known;
    const slot = this.#slot(bytes, hash);
    const own = this.#bytes.get(slot);
    if (own !== undefined) return own;
    this.#bytes.set(slot, this.size);
    return this.#add(bytes);
  }

  #add(term: Term): number {
    return this.#offset + this.#terms.push(term) - 1;
  }

  /** Where the number of these bytes stands, or would stand. */
  #slot(bytes: Uint8Array, hash: number): number {
    for (let slot = hash; ; slot = (slot + 1) | 0) {
      const number = this.#bytes.get(slot);
      if (number === undefined || equalBytes(this.term(number) as Uint8Array, bytes)) return slot;
    }
  }
}

/** FNV-1a. Bytes that collide on purpose cost whoever sends them one comparison each. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index += 1) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  return hash;
}
