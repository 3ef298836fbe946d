import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../segment/disk.ts';
import { pendingDirectory } from '../segment/segment-files.ts';

/** How many files are synced at once: the rest of the runtime's four threads stay free for the appends. */
const atOnce = 2;

/** A file to be written. */
export interface FileContents {
  /** Below the ledger's directory. */
  readonly path: string;
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
  readonly #unsettled = new Set<string>();
  readonly #known = new Set<string>();
  #count = 0;

  constructor(directory: string, modes = ownerOnly) {
    this.#directory = directory;
    this.#modes = modes;
  }

  /** Writes each under another name, syncs it and gives it its own. */
  async put(files: readonly FileContents[]): Promise<void> {
    for (let at = 0; at < files.length; at += atOnce) {
      await Promise.all(files.slice(at, at + atOnce).map((file) => this.#putOne(file)));
    }
  }

  /** Makes sure that the names given since the last time are on the disk. */
  async settle(): Promise<void> {
    for (const directory of this.#unsettled) await syncDirectory(directory);
    this.#unsettled.clear();
  }

  async #putOne({ path, bytes }: FileContents): Promise<void> {
    const target = join(this.#directory, path);
    await this.#makeDirectory(dirname(target));
    this.#count += 1;
    const pending = join(this.#directory, pendingDirectory, `file-${this.#count}`);
    try {
      await writeSynced(pending, bytes, this.#modes.file);
      await rename(pending, target);
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

async function writeSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'w', mode);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}
