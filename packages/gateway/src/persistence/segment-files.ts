import { open as openFile } from 'node:fs';
import { close } from './disk.ts';
import type { Segment } from './segment.ts';

const opened = 16;

interface OpenSegment {
  readonly fd: number;
  users: number;
  isUnwanted: boolean;
}

/** The files of segments that are read from; those used last stay open. */
export class SegmentFiles {
  readonly #files = new Map<Segment, OpenSegment>();

  /** Opens the file for as long as the work takes, even if it is deleted meanwhile. */
  async use<T>(segment: Segment, work: (fd: number) => Promise<T>): Promise<T> {
    const file = await this.#file(segment);
    file.users++;
    try {
      return await work(file.fd);
    } finally {
      file.users--;
      await this.#tidy(file);
    }
  }

  /** The segment is not part of the log any more. */
  async forget(segment: Segment): Promise<void> {
    const file = this.#files.get(segment);
    if (file === undefined) return;
    this.#files.delete(segment);
    file.isUnwanted = true;
    if (file.users === 0) await close(file.fd);
  }

  async close(): Promise<void> {
    for (const segment of this.#files.keys()) await this.forget(segment);
  }

  async #file(segment: Segment): Promise<OpenSegment> {
    if (!this.#files.has(segment)) {
      const fd = await open(segment.path);
      if (this.#files.has(segment)) await close(fd);
      else this.#files.set(segment, { fd, users: 0, isUnwanted: false });
    }
    const file = this.#files.get(segment);
    if (file === undefined) return this.#file(segment);
    this.#files.delete(segment);
    this.#files.set(segment, file);
    return file;
  }

  async #tidy(file: OpenSegment): Promise<void> {
    if (file.isUnwanted) {
      if (file.users === 0) await close(file.fd);
      return;
    }
    for (const [segment, { users }] of this.#files) {
      if (this.#files.size <= opened) return;
      if (users === 0) await this.forget(segment);
    }
  }
}

function open(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    openFile(path, 'r', (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}
