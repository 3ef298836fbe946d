import { createHash } from 'node:crypto';
import type { DeviceFiles, FileIdentity } from './device-files.ts';

/** What follows from the content of files, worked out once for each as long as it doesn't change. */
export class FileCache<Value> {
  readonly #files: DeviceFiles;
  readonly #work: (files: DeviceFiles, name: string) => Promise<Value>;
  #known = new Map<FileIdentity, Value>();
  #used = new Map<FileIdentity, Value>();

  constructor(files: DeviceFiles, work: (files: DeviceFiles, name: string) => Promise<Value>) {
    this.#files = files;
    this.#work = work;
  }

  /** Undefined if there is no such file. */
  async of(name: string): Promise<Value | undefined> {
    const identity = await this.#files.identity(name);
    if (identity === undefined) return undefined;
    const known = this.#used.get(identity) ?? this.#known.get(identity);
    const value = known ?? (await this.#work(this.#files, name));
    this.#used.set(identity, value);
    return value;
  }

  /** Keeps only what was asked for since the last time: it never grows beyond what is there. */
  forgetUnused(): void {
    this.#known = this.#used;
    this.#used = new Map();
  }
}

/** SHA-256 over the octets of a file. */
export async function digestOfFile(files: DeviceFiles, name: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of files.pieces(name)) hash.update(piece);
  return new Uint8Array(hash.digest());
}
