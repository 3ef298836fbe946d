import { KitenError } from '@kiten/codec';
import { saltedDigestInto } from '../payload/salted-digest.ts';
import { HashLevels } from '../sorted/hash-levels.ts';
import { hashBytes, leafHashInto } from '../tree/hashing.ts';
import { ClosedWindow } from './closed-window.ts';
import { requireStream, requireTimes, unsuitable } from './window-head.ts';

const largestLimit = 1_048_576;
const digest = Buffer.alloc(hashBytes);

/**
 * Collects the items of a stream, so that one root stands for all of them in the log. It keeps 32 bytes an item, not
 * the items: who wants to show one keeps it with its salt.
 */
export class StreamWindow {
  readonly stream: string;
  readonly limit: number;
  #leaves = Buffer.alloc(0);
  #count = 0;
  #closed = false;

  /**
   * @param limit how many items there may be, 1 to 1,048,576.
   * @throws KitenError `ledger/window-unsuitable` for another limit or a name that is none.
   */
  constructor(stream: string, limit = 65_536) {
    requireStream(stream);
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > largestLimit) {
      throw unsuitable(`A window is limited to 1 to ${largestLimit} items.`);
    }
    this.stream = stream;
    this.limit = limit;
  }

  /** Items so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether the limit is reached: no further item is taken, and the window is to be closed early. */
  get full(): boolean {
    return this.#count === this.limit;
  }

  /**
   * Adds an item and returns its index.
   *
   * @param salt 32 random bytes for this item only.
   * @throws KitenError `ledger/window-full`, `ledger/window-closed`, `ledger/salt-unsuitable`; nothing was added.
   */
  add(content: Uint8Array, salt: Uint8Array): number {
    this.#requireOpen();
    if (this.full) {
      const message = `The window of ${this.stream} has its ${this.limit} items: close it and go on in another.`;
      throw new KitenError('ledger/window-full', message, { detail: { limit: this.limit } });
    }
    saltedDigestInto(salt, content, digest, 0);
    this.#makeRoom();
    leafHashInto(digest, 0, hashBytes, this.#leaves, this.#count * hashBytes);
    this.#count += 1;
    return this.#count - 1;
  }

  /**
   * Ends the window. It takes nothing more.
   *
   * @param from milliseconds since the Unix epoch, as `to`, which isn't before it.
   * @throws KitenError `ledger/window-closed`, `ledger/window-unsuitable`.
   */
  close(from: number, to: number): ClosedWindow {
    this.#requireOpen();
    requireTimes(from, to);
    this.#closed = true;
    const hashes = new HashLevels(this.#leaves.subarray(0, this.#count * hashBytes));
    this.#leaves = Buffer.alloc(0);
    const { stream, full } = this;
    return new ClosedWindow({ stream, from, to, count: hashes.size, root: hashes.root, full }, hashes);
  }

  #requireOpen(): void {
    if (this.#closed) throw new KitenError('ledger/window-closed', 'The window is closed.');
  }

  #makeRoom(): void {
    const used = this.#count * hashBytes;
    if (used < this.#leaves.length) return;
    const grown = Buffer.alloc(Math.min(this.limit, Math.max(64, 2 * this.#count)) * hashBytes);
    this.#leaves.copy(grown);
    this.#leaves = grown;
  }
}
