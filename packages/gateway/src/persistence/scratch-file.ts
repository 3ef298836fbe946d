import { KitenError } from '@kiten/codec';
import { close, create, readAt, truncate, writeAt } from './disk.ts';

/**
 * A file of blocks of one size for what need not be in memory and can be made again: nothing in it outlives the
 * process, and nothing is synced.
 */
export class ScratchFile {
  readonly #fd: number;
  readonly #blockBytes: number;
  readonly #free: number[] = [];
  #blocks = 0;
  #emptying: Promise<void> | undefined;

  private constructor(fd: number, blockBytes: number) {
    this.#fd = fd;
    this.#blockBytes = blockBytes;
  }

  static async create(path: string, blockBytes: number): Promise<ScratchFile> {
    return new ScratchFile(await create(path), blockBytes);
  }

  /** @returns the block's number, with which it can be read and freed; rejects if the disk does not take it */
  async write(bytes: Uint8Array): Promise<number> {
    const block = this.#free.pop() ?? this.#blocks++;
    try {
      await this.#emptying;
      await writeAt(this.#fd, bytes, block * this.#blockBytes);
      return block;
    } catch (error) {
      this.free(block);
      throw error;
    }
  }

  /** @throws KitenError `gateway/store-read-failed` */
  async read(block: number, into: Uint8Array): Promise<void> {
    const length = await readAt(this.#fd, into, block * this.#blockBytes);
    if (length === into.length) return;
    throw new KitenError('gateway/store-read-failed', 'A queue on the disk cannot be read.');
  }

  /** Nobody needs the block any more. When none is needed, the disk gets its room back. */
  free(block: number): void {
    this.#free.push(block);
    if (this.#free.length < this.#blocks) return;
    this.#free.length = 0;
    this.#blocks = 0;
    this.#emptying = truncate(this.#fd, 0)
      // If the room is not given back now, then when the store is opened again.
      .catch(() => undefined)
      .finally(() => {
        this.#emptying = undefined;
      });
  }

  async close(): Promise<void> {
    await this.#emptying;
    await close(this.#fd);
  }
}
