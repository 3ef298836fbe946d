import { KitenError } from '@kiten/codec';
import { Varint } from './varint.ts';

/** Takes as many octets as are wanted from pieces that come as they come. */
export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** @throws KitenError `update/delta-truncated`. */
  async take(length: number): Promise<Uint8Array> {
    const octets = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (!(await this.#more())) throw truncated();
      const part = this.#piece.subarray(this.#at, this.#at + length - filled);
      octets.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return octets;
  }

  /** @throws KitenError `update/delta-truncated`, `update/delta-malformed`. */
  async varint(): Promise<number> {
    for (const number = new Varint(); ; ) {
      if (!(await this.#more())) throw truncated();
      const value = number.take(this.#piece[this.#at++]!);
      if (value !== undefined) return value;
    }
  }

  /** Whether all has been taken. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#more());
  }

  /** Tells whoever makes the pieces that no more are wanted. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #more(): Promise<boolean> {
    while (this.#at === this.#piece.length) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return false;
      this.#piece = value;
      this.#at = 0;
    }
    return true;
  }
}

function truncated(): KitenError {
  return new KitenError('update/delta-truncated', 'The delta ends before the file that it describes.');
}
