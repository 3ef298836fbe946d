import type { FileHandle } from 'node:fs/promises';

const readAheadBytes = 262_144;

/** Reads a file from front to back in large pieces, with bounded memory. */
export class FileWindow {
  readonly #file: FileHandle;
  #buffer: Buffer = Buffer.allocUnsafeSlow(readAheadBytes);
  #start = 0;
  #length = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The bytes at `offset`, fewer than `length` only where the file ends. They are lent until the next call. */
  view(offset: number, length: number): Buffer | Promise<Buffer> {
    const from = offset - this.#start;
    if (from >= 0 && from + length <= this.#length) return this.#buffer.subarray(from, from + length);
    return this.#refill(offset, length);
  }

  /** Forgets what was read, because the file may have changed. */
  forget(): void {
    this.#length = 0;
  }

  async #refill(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(length, readAheadBytes);
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafeSlow(wanted);
    this.#start = offset;
    this.#length = 0;
    for (;;) {
      const room = this.#buffer.length - this.#length;
      if (room === 0) break;
      const { bytesRead } = await this.#file.read(this.#buffer, this.#length, room, offset + this.#length);
      if (bytesRead === 0) break;
      this.#length += bytesRead;
    }
    return this.#buffer.subarray(0, Math.min(length, this.#length));
  }
}
