import fsPromises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What a process sees of its power being cut: nothing. Whatever it would do afterwards doesn’t happen. */
export class PowerCut extends Error {}

/**
 * The power of a process: it is cut before a step that changes the disk, or in the middle of a write, and from then on
 * nothing changes the disk any more. What is on the disk then is what kill -9 at that step leaves.
 */
export class Power {
  #steps = 0;
  #left = Number.POSITIVE_INFINITY;
  /** Files that were given a name although what was written into them wasn’t on the disk. */
  readonly unsynced: string[] = [];
  readonly #dirty = new Set<string>();
  readonly #real = { ...fsPromises };

  get steps(): number {
    return this.#steps;
  }

  /** From now on, so many steps happen. */
  cutAfter(steps: number): void {
    this.#steps = 0;
    this.#left = steps;
  }

  restore(): void {
    this.cutAfter(Number.POSITIVE_INFINITY);
  }

  install(): void {
    const names = ['rename', 'symlink', 'rm', 'truncate'] as const;
    for (const name of names) {
      const real = this.#real[name] as (...args: unknown[]) => Promise<unknown>;
      Object.assign(fsPromises, {
        [name]: async (...args: unknown[]) => {
          this.#step();
          if (name === 'rename' && this.#dirty.has(String(args[0]))) this.unsynced.push(String(args[0]));
          return real(...args);
        },
      });
    }
    fsPromises.open = async (path, flags, mode) => {
      if (flags !== 'r') this.#step();
      return this.#watched(await this.#real.open(path, flags, mode), String(path));
    };
    syncBuiltinESMExports();
  }

  remove(): void {
    Object.assign(fsPromises, this.#real);
    syncBuiltinESMExports();
  }

  #watched(handle: FileHandle, path: string): FileHandle {
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    const writeFile = handle.writeFile.bind(handle);
    return Object.assign(handle, {
      write: async (piece: Uint8Array, offset: number, length: number, position: number) => {
        // Half of it is there when the power goes.
        if (this.#left === 0) await write(piece, offset, length >> 1, position);
        this.#step();
        this.#dirty.add(path);
        return write(piece, offset, length, position);
      },
      writeFile: async (content: string) => {
        if (this.#left === 0) await writeFile(content.slice(0, content.length >> 1));
        this.#step();
        this.#dirty.add(path);
        return writeFile(content);
      },
      sync: async () => {
        this.#step();
        // A process that is killed leaves what it has written; only the order counts here, and disks are slow.
        this.#dirty.delete(path);
      },
    });
  }

  #step(): void {
    if (this.#left === 0) {
      this.#left = -1;
      throw new PowerCut('the power is gone');
    }
    if (this.#left < 0) throw new PowerCut('the power is gone');
    this.#steps += 1;
    this.#left -= 1;
  }
}
