import { close, create, readAt, writeAt } from './disk.ts';

/**
 * A file of blocks of one size for what need not be in memory and can be made again: nothing in it outlives the
 * process, and nothing is synced.
 */
export class ScratchFile {
  readonly #fd: number;
  readonly #blockBytes: number;
  readonly #free: number[] = [];
  #blocks = 0;

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
      await writeAt(this.#fd, bytes, block * this.#blockBytes);
      return block;
    } catch (error) {
      this.#free.push(block);
      throw error;
    }
  }

  async read(block: number, into: Uint8Array): Promise<void> {
    await readAt(this.#fd, into, block * this.#blockBytes);
  }

  free(block: number): void {
    this.#free.push(block);
  }

  close(): Promise<void> {
    return close(this.#fd);
  }
}
