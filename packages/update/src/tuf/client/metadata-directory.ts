import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf } from '../metadata/role-name.ts';
import { readBounded, removeDurably, writeDurably } from './durable-files.ts';

/** What a client remembers of the metadata that it trusts. */
export interface KeptMetadata {
  /** What was trusted last, or nothing. Anything longer than `maxBytes` was never trusted. */
  read(role: string, maxBytes: number): Promise<Uint8Array | undefined>;
  write(role: string, bytes: Uint8Array): Promise<void>;
  remove(role: string): Promise<void>;
}

/** The metadata that a client trusts, one file a role: `root.json`, `targets.json`, `ROLE.json`. */
export class MetadataDirectory implements KeptMetadata {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(role: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return readBounded(join(this.#path, nameOf(role)), maxBytes);
  }

  write(role: string, bytes: Uint8Array): Promise<void> {
    return writeDurably(this.#path, nameOf(role), bytes);
  }

  /** The roles of which something is kept. */
  async roles(): Promise<readonly string[]> {
    const names = (await readdir(this.#path)).filter((name) => name.endsWith('.json'));
    return names.map((name) => decodeURIComponent(name.slice(0, -'.json'.length)));
  }

  remove(role: string): Promise<void> {
    return removeDurably(this.#path, nameOf(role));
  }
}

const nameOf = (role: string): string => `${fileNameOf(role)}.json`;
