import { close, constants, open, rename } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory, writeAt } from '../segment/disk.ts';
import { pendingDirectory } from '../segment/segment-files.ts';

// File handles cost twice as much, and a log under load makes a thousand files a second.
const openFile = promisify(open);
const closeFile = promisify(close);
const renameFile = promisify(rename);

/** How many files are written at once: the rest of the runtime's four threads stay free for the appends. */
const atOnce = 2;
/** How many more may wait, so that what fills them needn't. */
const inLine = 8;

/** A file to be written. */
export interface FileContents {
  /** Below the directory. */
  readonly path: string;
  /** They stay as they are until the file is written. */
  readonly bytes: Uint8Array;
}

/** Who may read what is written. */
export interface FileModes {
  readonly file: number;
  readonly directory: number;
}

const ownerOnly: FileModes = { file: 0o600, directory: 0o700 };

/** Writes files that are there whole or not at all, whatever happens in between. */
export class AtomicFiles {
  readonly #directory: string;
  readonly #modes: FileModes;
  readonly #line: FileContents[] = [];
  readonly #writing = new Set<Promise<void>>();
  readonly #unsettled = new Set<string>();
  readonly #known = new Set<string>();
  #failure: { readonly cause: unknown } | undefined;
  #count = 0;

  constructor(directory: string, modes = ownerOnly) {
    this.#directory = directory;
    this.#modes = modes;
  }

  /**
   * Has each written under another name, synced and given its own; returns when there is room in line. What fails is
   * thrown here or by `settle`.
   */
  async put(files: readonly FileContents[]): Promise<void> {
    for (const file of files) {
      if (this.#failure !== undefined) throw this.#failure.cause;
      this.#line.push(file);
      this.#start();
      while (this.#line.length > inLine) await Promise.race(this.#writing);
    }
  }

  /** Makes sure that all files, and their names, are on the disk. */
  async settle(): Promise<void> {
    await this.idle();
    if (this.#failure !== undefined) throw this.#failure.cause;
    for (const directory of this.#unsettled) await syncDirectory(directory);
    this.#unsettled.clear();
  }

  /** Resolves when nothing is being written any more, whether it succeeded or not. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.race(this.#writing);
  }

  #start(): void {
    while (this.#writing.size < atOnce) {
      const file = this.#line.shift();
      if (file === undefined) return;
      const work = this.#putOne(file)
        .catch((cause: unknown) => {
          this.#failure ??= { cause };
          this.#line.length = 0;
        })
        .finally(() => {
          this.#writing.delete(work);
          this.#start();
        });
      this.#writing.add(work);
    }
  }

  async #putOne({ path, bytes }: FileContents): Promise<void> {
    const target = join(this.#directory, path);
    await this.#makeDirectory(dirname(target));
    this.#count += 1;
    const pending = join(this.#directory, pendingDirectory, `file-${this.#count}`);
    try {
      await writeSynced(pending, bytes, this.#modes.file);
      await renameFile(pending, target);
    } catch (error) {
      // Half a file must not keep the disk full.
      await rm(pending, { force: true });
      throw error;
    }
    this.#unsettled.add(dirname(target));
  }

  async #makeDirectory(path: string): Promise<void> {
    if (this.#known.has(path)) return;
    const first = await mkdir(path, { recursive: true, mode: this.#modes.directory });
    // Each new directory is a name in the one above it.
    for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
      this.#unsettled.add(dirname(made));
    }
    this.#known.add(path);
  }
}

/** With O_DSYNC a write is on the disk when it returns. */
async function writeSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_DSYNC } = constants;
  const fd = await openFile(path, O_WRONLY | O_CREAT | O_TRUNC | O_DSYNC, mode);
  try {
    await writeAt(fd, bytes, 0);
  } finally {
    await closeFile(fd);
  }
}
