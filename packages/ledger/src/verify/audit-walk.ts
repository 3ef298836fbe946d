import { equalBytes, KitenError } from '@kiten/codec';
import { leavesOfBundle } from '../tree/entry-bundle.ts';
import { hashBytes } from '../tree/hashing.ts';
import { type Tile, TileEdge } from '../tree/tile-edge.ts';
import { type TileLevel, tilePath, tileWidth } from '../tree/tile-path.ts';
import { type FoundTile, findTile } from '../tree/tile-prefix.ts';
import { TileReader, type TrustedHead } from '../tree/tile-reader.ts';
import type { TileSource } from '../tree/tile-source.ts';
import { firstDifference, firstOddEntry } from './differences.ts';
import { readAhead } from './read-ahead.ts';
import type { ProblemList } from './report.ts';

/** Bundles that are read while one is hashed. */
const bundlesAhead = 4;
const bundlesPerReport = 40;

/** What an audit walks over. */
export interface AuditCheck {
  readonly source: TileSource;
  /** The checkpoint's. */
  readonly head: TrustedHead;
  readonly problems: ProblemList;
  /** Further sizes at which the root is wanted. */
  readonly rootsAt: readonly number[];
  readonly onProgress?: ((entries: number) => void) | undefined;
}

/** What a source has for 256 entries, or fewer at the end of the log. */
interface Piece {
  readonly index: number;
  readonly width: number;
  readonly bundle: FoundTile | undefined;
  readonly tile: FoundTile | undefined;
}

/** Walks over all bundles, builds the tree anew from their entries, and compares the tiles with it. */
export class AuditWalk {
  readonly #check: AuditCheck;
  readonly #edge = new TileEdge();
  readonly #roots = new Map<number, Buffer | undefined>();
  readonly #reader: TileReader;
  /** Leaves are missing, so nothing can be said about the tree from there on. */
  #broken = false;
  #entries = 0;

  constructor(check: AuditCheck) {
    this.#check = check;
    this.#reader = new TileReader(check.source, check.head);
    for (const size of [check.head.size, ...check.rootsAt]) this.#roots.set(size, undefined);
    this.#keepRoot();
  }

  /** Entries seen. */
  get entries(): number {
    return this.#entries;
  }

  /** The root at a size that was asked for, or nothing if the log can't be read that far. */
  rootAt(size: number): Uint8Array | undefined {
    return this.#roots.get(size);
  }

  async run(): Promise<void> {
    const { head, problems, onProgress } = this.#check;
    const count = Math.ceil(head.size / tileWidth);
    for await (const piece of readAhead(count, bundlesAhead, (index) => this.#read(index))) {
      await this.#take(piece);
      if (this.#broken && problems.isFull) return;
      this.#entries += piece.width;
      if (piece.index % bundlesPerReport === bundlesPerReport - 1) onProgress?.(this.#entries);
    }
    if (this.#broken) return;
    for (const tile of this.#edge.partial()) if (tile.level > 0) await this.#compare(tile);
  }

  async #read(index: number): Promise<Piece> {
    const width = Math.min(tileWidth, this.#check.head.size - index * tileWidth);
    const [bundle, tile] = await Promise.all([
      this.#find('entries', index, width),
      this.#find(0, index, width),
    ]);
    return { index, width, bundle, tile };
  }

  /** A file that is missing or can't be read is reported. */
  async #find(level: TileLevel, index: number, width: number): Promise<FoundTile | undefined> {
    const path = tilePath(level, index, width);
    const entry = index * tileWidth ** ((level === 'entries' ? 0 : level) + 1);
    try {
      const found = await findTile(this.#check.source, level, index, width);
      if (found === undefined)
        this.#check.problems.add('ledger/tile-missing', path, 0, 'The checkpoint needs this file.', entry);
      return found;
    } catch (error) {
      this.#check.problems.add(
        'ledger/unreadable',
        path,
        0,
        `The file cannot be read: ${String(error)}`,
        entry,
      );
      return undefined;
    }
  }

  async #take(piece: Piece): Promise<void> {
    const leaves = await this.#leavesOf(piece);
    if (leaves === undefined) this.#broken = true;
    if (leaves === undefined || this.#broken) return;
    const full: Tile[] = [];
    for (let at = 0; at < leaves.length; at += hashBytes) {
      this.#edge.add(leaves, at, (tile) => {
        if (tile.level > 0) full.push({ ...tile, bytes: Buffer.from(tile.bytes) });
      });
      this.#keepRoot();
    }
    for (const tile of full) await this.#compare(tile);
  }

  /** The leaf hashes of a piece: from its entries, unless they are missing or the tile alone belongs to the checkpoint. */
  async #leavesOf({ index, width, bundle, tile }: Piece): Promise<Buffer | undefined> {
    const bytes = width * hashBytes;
    const hashes = tile?.bytes.length === bytes ? tile.bytes : undefined;
    const leaves = bundle && leavesOfBundle(bundle.bytes);
    const entries = leaves?.length === bytes ? leaves : undefined;
    if (entries !== undefined && hashes?.equals(entries)) return entries;
    const tileCounts = hashes !== undefined && (entries === undefined || (await this.#belongs(index)));
    if (bundle !== undefined && (tileCounts || entries === undefined))
      this.#changedBundle(bundle, index, hashes);
    if (tile !== undefined && !tileCounts) {
      this.#changedTile(
        tile.path,
        0,
        index,
        entries ? firstDifference(tile.bytes, entries) : tile.bytes.length,
      );
    }
    return tileCounts ? hashes : entries;
  }

  /** Whether the tile of level 0 hashes up to the checkpoint's root: then a bundle that differs from it is wrong. */
  async #belongs(index: number): Promise<boolean> {
    try {
      await this.#reader.tile(0, index);
      return true;
    } catch (error) {
      if (error instanceof KitenError) return false;
      throw error;
    }
  }

  async #compare({ level, index, width, bytes }: Tile): Promise<void> {
    const found = await this.#find(level, index, width);
    if (found === undefined || equalBytes(found.bytes, bytes)) return;
    this.#changedTile(found.path, level, index, firstDifference(found.bytes, bytes));
  }

  #changedBundle({ path, bytes }: FoundTile, index: number, hashes: Buffer | undefined): void {
    const { offset, entry } = firstOddEntry(bytes, hashes ?? Buffer.alloc(0));
    const message = 'The bundle differs from the tile beside it.';
    this.#check.problems.add('ledger/bundle-changed', path, offset, message, index * tileWidth + entry);
  }

  #changedTile(path: string, level: number, index: number, offset: number): void {
    const node = index * tileWidth + Math.floor(offset / hashBytes);
    const message = 'The tile differs from the entries.';
    this.#check.problems.add('ledger/tile-changed', path, offset, message, node * tileWidth ** level);
  }

  #keepRoot(): void {
    const { size } = this.#edge;
    if (this.#roots.has(size)) this.#roots.set(size, this.#edge.root());
  }
}
