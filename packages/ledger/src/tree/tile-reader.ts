import { equalBytes, KitenError } from '@kiten/codec';
import { recordsOfBundle } from './entry-bundle.ts';
import { hashBytes, leafHashInto } from './hashing.ts';
import { consistencyProof, inclusionProof, type RangeHash } from './merkle.ts';
import { foldPerfect, TileEdge } from './tile-edge.ts';
import { partialTiles, type TileLevel, tilePath, tileWidth } from './tile-path.ts';
import { type FoundTile, findTile } from './tile-prefix.ts';
import { rangeHashOfTiles, visitTiles } from './tile-range.ts';
import type { TileSource } from './tile-source.ts';

const tilesRemembered = 256;
const noHash = new Uint8Array(hashBytes);

/** A tree that somebody vouches for: the size and root of a checkpoint whose signature was verified. */
export interface TrustedHead {
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/**
 * Proofs and entries of a log from its tiles. What the source hands out is believed only when it hashes up to the root
 * of the checkpoint: the partial tiles together make up the root, and each full tile hashes to what the tile above says.
 *
 * All methods reject with KitenError: `ledger/no-such-entry` for what lies outside the checkpoint;
 * `ledger/tile-missing`; `ledger/tile-changed`, `ledger/bundle-changed` or `ledger/root-mismatch` for what doesn't
 * belong to it; what the source throws.
 */
export class TileReader {
  readonly #source: TileSource;
  readonly #head: TrustedHead;
  #edge: Promise<ReadonlyMap<number, Buffer>> | undefined;
  /** Full tiles that were checked or are being checked; the one used last is the last. */
  readonly #full = new Map<string, Promise<Buffer>>();

  constructor(source: TileSource, head: TrustedHead) {
    this.#source = source;
    this.#head = head;
  }

  /** Entries that the checkpoint stands for. */
  get size(): number {
    return this.#head.size;
  }

  /** The root when the log had `size` entries. */
  async rootOf(size = this.size): Promise<Uint8Array> {
    this.#requireSize(size);
    return this.#overTiles((range) => range(0, size));
  }

  /** The audit path of an entry in the tree of `size` entries, lowest sibling first (RFC 9162 §2.1.3.1). */
  async proveInclusion(index: number, size = this.size): Promise<Uint8Array[]> {
    this.#requireSize(size);
    requireEntry(index, size);
    return this.#overTiles((range) => inclusionProof(index, size, range));
  }

  /**
   * Proof that the tree of `to` entries continues the tree of `from` (RFC 9162 §2.1.4.1). That it continues the empty
   * one needs no proof: that is the empty list.
   */
  async proveConsistency(from: number, to = this.size): Promise<Uint8Array[]> {
    this.#requireSize(to);
    if (!isWithin(from, 0, to)) throw noSuchEntry(`A log of ${to} entries continues none of ${from}.`);
    return from === 0 ? [] : this.#overTiles((range) => consistencyProof(from, to, range));
  }

  /** The leaf hash of an entry, 32 bytes. */
  async leafHashAt(index: number): Promise<Uint8Array> {
    requireEntry(index, this.size);
    const leaves = await this.tile(0, Math.floor(index / tileWidth));
    const at = (index % tileWidth) * hashBytes;
    return Uint8Array.from(leaves.subarray(at, at + hashBytes));
  }

  /** An entry. */
  async entryAt(index: number): Promise<Uint8Array> {
    requireEntry(index, this.size);
    for await (const entry of this.entries(index, index + 1)) return entry;
    throw noSuchEntry(`Entry ${index} is not there.`);
  }

  /** The entries from `from` up to but excluding `to`, by default all; each bundle is read once. */
  async *entries(from = 0, to = this.size): AsyncGenerator<Uint8Array> {
    if (!isWithin(to, 0, this.size) || !isWithin(from, 0, to)) {
      throw noSuchEntry(`A log of ${this.size} entries has none from ${from} to ${to}.`);
    }
    const hash = Buffer.alloc(hashBytes);
    for (let start = from; start < to; ) {
      const bundle = Math.floor(start / tileWidth);
      const [leaves, { path, bytes }] = await Promise.all([
        this.tile(0, bundle),
        this.#find('entries', bundle, this.#widthOf(0, bundle)),
      ]);
      const { records } = recordsOfBundle(bytes);
      for (const end = Math.min(to, (bundle + 1) * tileWidth); start < end; start += 1) {
        const [record, at] = [records[start % tileWidth], (start % tileWidth) * hashBytes];
        if (record !== undefined) leafHashInto(bytes, record.start, record.end, hash, 0);
        if (record === undefined || hash.compare(leaves, at, at + hashBytes) !== 0) {
          const message = `Entry ${start} in ${path} does not match its hash.`;
          throw new KitenError('ledger/bundle-changed', message, { detail: { file: path, index: start } });
        }
        yield Uint8Array.from(bytes.subarray(record.start, record.end));
      }
    }
  }

  /** The hashes of a tile, as many as the checkpoint's tree has. */
  async tile(level: number, index: number): Promise<Buffer> {
    const isPlace = [level, index].every((each) => isWithin(each, 0, this.size));
    const width = isPlace ? this.#widthOf(level, index) : 0;
    if (width < 1) throw noSuchEntry(`A log of ${this.size} entries has no tile ${index} at level ${level}.`);
    if (width === tileWidth) return this.#fullTile(level, index);
    this.#edge ??= this.#readEdge();
    try {
      return (await this.#edge).get(level)!;
    } catch (error) {
      this.#edge = undefined;
      throw error;
    }
  }

  /** Computes once without hashes, to learn which tiles it takes, and once with them. */
  async #overTiles<T>(compute: (range: RangeHash) => T): Promise<T> {
    const wanted = new Map<string, readonly [number, number]>();
    compute((start, end) => {
      visitTiles(start, end, (level, index) => wanted.set(`${level}/${index}`, [level, index]));
      return noHash;
    });
    const found = [...wanted].map(async ([key, place]) => [key, await this.tile(...place)] as const);
    const tiles = new Map(await Promise.all(found));
    return compute(rangeHashOfTiles((level, index) => tiles.get(`${level}/${index}`)!));
  }

  #fullTile(level: number, index: number): Promise<Buffer> {
    const key = `${level}/${index}`;
    const tile = this.#full.get(key) ?? this.#readFull(level, index);
    this.#full.delete(key);
    this.#full.set(key, tile);
    const [oldest] = this.#full.keys();
    if (this.#full.size > tilesRemembered && oldest !== undefined) this.#full.delete(oldest);
    return tile;
  }

  async #readFull(level: number, index: number): Promise<Buffer> {
    try {
      return await this.#checkedFull(level, index);
    } catch (error) {
      // It may be there the next time.
      this.#full.delete(`${level}/${index}`);
      throw error;
    }
  }

  async #checkedFull(level: number, index: number): Promise<Buffer> {
    const [{ path, bytes }, above] = await Promise.all([
      this.#find(level, index, tileWidth),
      this.tile(level + 1, Math.floor(index / tileWidth)),
    ]);
    requireHashes(path, bytes, tileWidth);
    // What was checked must not change afterwards, whatever the source does with its bytes.
    const tile = Buffer.from(bytes);
    const hash = Buffer.alloc(hashBytes);
    foldPerfect(tile, 0, tileWidth, hash, 0);
    const at = (index % tileWidth) * hashBytes;
    if (hash.compare(above, at, at + hashBytes) !== 0) throw changed(path);
    return tile;
  }

  async #readEdge(): Promise<ReadonlyMap<number, Buffer>> {
    const { size, root } = this.#head;
    const found = partialTiles(size).map(async ({ level, index, width }) => {
      const { path, bytes } = await this.#find(level, index, width);
      requireHashes(path, bytes, width);
      return [level, Buffer.from(bytes)] as const;
    });
    const tiles = new Map(await Promise.all(found));
    if (equalBytes(TileEdge.restore(size, ({ level }) => tiles.get(level)!).root(), root)) return tiles;
    throw new KitenError('ledger/root-mismatch', 'The tiles do not make up the root of the checkpoint.');
  }

  async #find(level: TileLevel, index: number, width: number): Promise<FoundTile> {
    const found = await findTile(this.#source, level, index, width);
    if (found !== undefined) return found;
    const file = tilePath(level, index, width);
    throw new KitenError('ledger/tile-missing', `The checkpoint needs ${file}, and it is not there.`, {
      detail: { file },
    });
  }

  #widthOf(level: number, index: number): number {
    return Math.min(tileWidth, Math.floor(this.size / tileWidth ** level) - index * tileWidth);
  }

  #requireSize(size: number): void {
    if (isWithin(size, 0, this.size)) return;
    throw noSuchEntry(`The checkpoint stands for ${this.size} entries, not for ${size}.`);
  }
}

function requireEntry(index: number, size: number): void {
  if (!isWithin(index, 0, size - 1)) throw noSuchEntry(`Entry ${index} is not among the first ${size}.`);
}

function noSuchEntry(message: string): KitenError {
  return new KitenError('ledger/no-such-entry', message);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function requireHashes(path: string, bytes: Buffer, width: number): void {
  if (bytes.length !== width * hashBytes) throw changed(path);
}

function changed(file: string): KitenError {
  return new KitenError('ledger/tile-changed', `${file} is not a tile of the checkpoint's tree.`, {
    detail: { file },
  });
}
