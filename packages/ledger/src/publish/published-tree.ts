import { frameHeaderBytes } from '../segment/frame.ts';
import { type RawFrame, recordEnd } from '../segment/read-frame.ts';
import { leavesOfBundle } from '../tree/entry-bundle.ts';
import { hashBytes } from '../tree/hashing.ts';
import { type Tile, TileEdge } from '../tree/tile-edge.ts';
import { type TileShape, tileWidth } from '../tree/tile-path.ts';

/** A tile or bundle of entries that is to be published. */
export type Resource = Tile | Bundle;

/** A sequence of neighbouring entries, each after its length in 16 bits. */
export interface Bundle {
  readonly level: 'entries';
  readonly index: number;
  readonly width: number;
  readonly bytes: Buffer;
  /** Its entries' leaf hashes: the tile of level 0 beside it. */
  readonly leaves: Buffer;
}

/** The right edge of what is published: the tiles and the bundle of entries that aren't full yet. */
export class PublishedTree {
  readonly #edge: TileEdge;
  #bundle: Buffer;
  #bundleEnd: number;

  private constructor(edge: TileEdge, bundle: Uint8Array) {
    this.#edge = edge;
    this.#bundle = Buffer.from(bundle);
    this.#bundleEnd = bundle.length;
  }

  /** The tree without leaves. */
  static empty(): PublishedTree {
    return new PublishedTree(new TileEdge(), new Uint8Array(0));
  }

  /**
   * The tree of `size` leaves from its partial tiles and its partial bundle, or nothing if those don't belong
   * together or don't make up `root`.
   */
  static restore(
    size: number,
    root: Uint8Array,
    tiles: (shape: TileShape) => Uint8Array,
    bundle: Buffer,
  ): PublishedTree | undefined {
    const edge = TileEdge.restore(size, tiles);
    if (!edge.root().equals(root)) return undefined;
    const [leaves] = edge.partial().filter(({ level }) => level === 0);
    const hashes = leavesOfBundle(bundle);
    if (hashes === undefined || !hashes.equals(leaves?.bytes ?? Buffer.alloc(0))) return undefined;
    return new PublishedTree(edge, bundle);
  }

  get size(): number {
    return this.#edge.size;
  }

  root(): Buffer {
    return this.#edge.root();
  }

  clone(): PublishedTree {
    return new PublishedTree(this.#edge.clone(), this.#bundle.subarray(0, this.#bundleEnd));
  }

  /** Adds a frame's entries and returns the tiles and bundles that they complete. */
  add({ bytes, header, layout }: RawFrame): Resource[] {
    const full: Resource[] = [];
    const recordsEnd = frameHeaderBytes + header.recordBytes;
    let start = frameHeaderBytes;
    for (let added = 0; added < header.count; ) {
      const count = Math.min(header.count - added, tileWidth - (this.size % tileWidth));
      let end = start;
      for (let position = 0; position < count; position += 1) end = recordEnd(bytes, end, recordsEnd);
      this.#addToBundle(bytes, start, end);
      this.#addLeaves(bytes, layout.leaves + added * hashBytes, count, full);
      start = end;
      added += count;
    }
    return full;
  }

  /**
   * Adds the entry with the leaf hash at `bytes[leafAt:leafAt+32]` and its record, if that is known, in the same
   * bytes. The tiles and bundles that it completes go to `full`.
   */
  addEntry(
    bytes: Buffer,
    leafAt: number,
    record: { readonly start: number; readonly end: number } | undefined,
    full: Resource[],
  ): void {
    if (record !== undefined) this.#addToBundle(bytes, record.start, record.end);
    this.#addLeaves(bytes, leafAt, 1, full);
  }

  /** The partial tiles and the partial bundle of this size. */
  partial(): Resource[] {
    const tiles = this.#edge.partial();
    const [leaves] = tiles.filter(({ level }) => level === 0);
    if (leaves === undefined) return tiles;
    const bytes = this.#bundle.subarray(0, this.#bundleEnd);
    return [{ ...leaves, level: 'entries', bytes, leaves: leaves.bytes }, ...tiles];
  }

  #addLeaves(bytes: Buffer, at: number, count: number, full: Resource[]): void {
    const onFull = (tile: Tile): void => {
      const hashes = Buffer.from(tile.bytes);
      if (tile.level === 0)
        full.push({ ...tile, level: 'entries', bytes: this.#takeBundle(), leaves: hashes });
      full.push({ ...tile, bytes: hashes });
    };
    this.#edge.add(bytes, at, onFull, count);
  }

  #addToBundle(bytes: Buffer, start: number, end: number): void {
    const needed = this.#bundleEnd + end - start;
    if (needed > this.#bundle.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bundle.length * 2, 16_384));
      this.#bundle.copy(larger, 0, 0, this.#bundleEnd);
      this.#bundle = larger;
    }
    bytes.copy(this.#bundle, this.#bundleEnd, start, end);
    this.#bundleEnd = needed;
  }

  #takeBundle(): Buffer {
    const bytes = Buffer.from(this.#bundle.subarray(0, this.#bundleEnd));
    this.#bundleEnd = 0;
    return bytes;
  }
}
