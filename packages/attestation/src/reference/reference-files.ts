import type { OctetText } from '../hash.ts';

/** One approved digest of a file. */
export interface FileDigest {
  readonly path: string;
  /** As the kernel names it: `sha256`. */
  readonly hash: string;
  readonly digest: OctetText;
}

/**
 * Which files may be measured. What the templates of today have for a file, digest and name with their lengths, is
 * looked up as it lies in the log, without decoding it.
 */
export class ReferenceFiles {
  readonly #keys = new Set<string>();
  readonly #byPath = new Map<string, Map<string, FileDigest>>();

  constructor(digests: Iterable<FileDigest> = []) {
    for (const digest of digests) this.#add(digest);
  }

  get size(): number {
    return this.#keys.size;
  }

  /** @param key of `measurementKey` */
  hasMeasurement(key: string): boolean {
    return this.#keys.has(key);
  }

  has({ path, hash, digest }: FileDigest): boolean {
    return this.#byPath.get(path)?.has(`${hash}:${digest}`) === true;
  }

  /** Whether there are digests of this file, whatever they are. */
  knows(path: string): boolean {
    return this.#byPath.has(path);
  }

  *[Symbol.iterator](): Generator<FileDigest> {
    for (const digests of this.#byPath.values()) yield* digests.values();
  }

  #add(file: FileDigest): void {
    const { path, hash, digest } = file;
    const digests = this.#byPath.get(path) ?? new Map<string, FileDigest>();
    digests.set(`${hash}:${digest}`, file);
    this.#byPath.set(path, digests);
    const name = Buffer.from(`${path}\0`).toString('latin1');
    const measured = `${hash}:\0${digest}`;
    this.#keys.add(length(measured.length) + measured + length(name.length) + name);
  }
}

/** Four octets, the lowest first. */
const length = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24);
