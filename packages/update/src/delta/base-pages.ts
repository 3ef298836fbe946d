import { KitenError } from '@kiten/codec';
import type { Positioned } from './positioned.ts';

const pageBytes = 128 * 1024;
const mostPages = 32;

/** Reads a base here and there, and keeps the pages that it needed last: 4 MiB at most. */
export class BasePages {
  readonly #base: Positioned;
  /** The one that was needed last stands last. */
  readonly #pages = new Map<number, Uint8Array>();

  constructor(base: Positioned) {
    this.#base = base;
  }

  /** @throws KitenError `update/delta-wrong-base` for octets that aren’t there. */
  async copy(position: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const number = Math.floor((position + done) / pageBytes);
      const start = position + done - number * pageBytes;
      const page = await this.#page(number);
      const part = page.subarray(start, start + into.length - done);
      if (part.length === 0) throw new KitenError('update/delta-wrong-base', 'The base has become shorter.');
      into.set(part, done);
      done += part.length;
    }
  }

  async #page(number: number): Promise<Uint8Array> {
    const kept = this.#pages.get(number);
    if (kept !== undefined) this.#pages.delete(number);
    const page = kept ?? (await this.#read(number));
    this.#pages.set(number, page);
    return page;
  }

  async #read(number: number): Promise<Uint8Array> {
    const [oldest] = this.#pages.keys();
    const reused =
      this.#pages.size >= mostPages && oldest !== undefined ? this.#pages.get(oldest) : undefined;
    if (reused !== undefined && oldest !== undefined) this.#pages.delete(oldest);
    const page = new Uint8Array(reused?.buffer ?? new ArrayBuffer(pageBytes), 0, pageBytes);
    return page.subarray(0, await this.#base.read(number * pageBytes, page));
  }
}
