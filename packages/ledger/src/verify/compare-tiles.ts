import { join } from 'node:path';
import { type Bundle, PublishedTree, type Resource } from '../publish/published-tree.ts';
import { frameHeaderBytes } from '../segment/frame.ts';
import { type RawFrame, recordAt } from '../segment/read-frame.ts';
import { leavesOfBundle } from '../tree/entry-bundle.ts';
import { hashBytes, maxEntryBytes } from '../tree/hashing.ts';
import type { Tile } from '../tree/tile-edge.ts';
import { tilePath, tileWidth } from '../tree/tile-path.ts';
import { firstDifference, firstOddEntry } from './differences.ts';
import type { ExaminedFrame } from './examine-frame.ts';
import { partialWidths } from './published-extent.ts';
import { readRegularFile } from './regular-file.ts';
import type { ProblemList } from './report.ts';

const maxBundleBytes = tileWidth * (2 + maxEntryBytes);

/** The log as the segments have it, at a size that somebody asked for. */
interface Snapshot {
  readonly root: Buffer;
  readonly partial: Resource[];
}

/** Builds the tree anew from the segments and compares the published files with it as it grows. */
export class TileComparison {
  readonly #directory: string;
  readonly #problems: ProblemList;
  readonly #tree = PublishedTree.empty();
  /** The checkpoint's: what it needs must be there. */
  readonly #required: number;
  readonly #snapshots = new Map<number, Snapshot | undefined>();
  #broken = false;

  constructor(directory: string, problems: ProblemList, required: number, sizes: readonly number[]) {
    this.#directory = directory;
    this.#problems = problems;
    this.#required = required;
    for (const size of [required, ...sizes]) this.#snapshots.set(size, undefined);
    this.#snapshot();
  }

  /** Entries could not be read, so nothing can be said about the tree from here on. */
  stop(): void {
    this.#broken = true;
  }

  /** The root at a size that was asked for at the start, or nothing if the readable log doesn't reach it. */
  rootAt(size: number): Buffer | undefined {
    return this.#snapshots.get(size)?.root;
  }

  /** The root over everything, or nothing if a part could not be read. */
  root(): Buffer | undefined {
    return this.#broken ? undefined : this.#tree.root();
  }

  async addFrame(frame: RawFrame): Promise<void> {
    if (this.#broken) return;
    const full = this.#growsPastSnapshot(frame.header.count)
      ? this.#addSlowly({ bytes: frame.bytes, leavesAt: frame.layout.leaves, records: recordsOf(frame) })
      : this.#tree.add(frame);
    this.#snapshot();
    for (const resource of full) await this.#compareFull(resource);
  }

  async addExamined(frame: ExaminedFrame): Promise<void> {
    if (this.#broken) return;
    for (const resource of this.#addSlowly(frame)) await this.#compareFull(resource);
  }

  /** Compares what isn't full yet. */
  async finish(): Promise<void> {
    for (const resource of this.#snapshots.get(this.#required)?.partial ?? []) {
      const path = tilePath(resource.level, resource.index, resource.width);
      if (await this.#compare(path, resource)) continue;
      // A running site replaces a partial tile with the full one.
      const full = tilePath(resource.level, resource.index, tileWidth);
      if (!(await this.#compare(full, resource))) this.#missing(path, resource);
    }
    if (this.#broken) return;
    for (const resource of this.#tree.partial()) await this.#comparePartials(resource);
  }

  #growsPastSnapshot(count: number): boolean {
    const { size } = this.#tree;
    return [...this.#snapshots.keys()].some((wanted) => wanted > size && wanted < size + count);
  }

  #addSlowly({ bytes, leavesAt, records }: Omit<ExaminedFrame, 'chains' | 'count'>): Resource[] {
    const full: Resource[] = [];
    for (const [position, record] of records.entries()) {
      this.#tree.addEntry(bytes, leavesAt + position * hashBytes, record, full);
      this.#snapshot();
    }
    return full;
  }

  #snapshot(): void {
    const { size } = this.#tree;
    if (!this.#snapshots.has(size)) return;
    const partial = this.#tree.partial().map(copied);
    this.#snapshots.set(size, { root: this.#tree.root(), partial });
  }

  async #compareFull(resource: Resource): Promise<void> {
    const path = tilePath(resource.level, resource.index, tileWidth);
    const end = (resource.index + 1) * tileWidth ** ((resource.level === 'entries' ? 0 : resource.level) + 1);
    if (!(await this.#compare(path, resource)) && end <= this.#required) this.#missing(path, resource);
    await this.#comparePartials(resource);
  }

  async #comparePartials(resource: Resource): Promise<void> {
    const full = tilePath(resource.level, resource.index, tileWidth);
    for (const width of await partialWidths(this.#directory, full)) {
      const required = this.#snapshots.get(this.#required)?.partial ?? [];
      const done = required.some(
        (other) => other.level === resource.level && other.index === resource.index && other.width === width,
      );
      if (width <= resource.width && !done) await this.#compare(`${full}.p/${width}`, { ...resource, width });
    }
  }

  /** Whether the file is there; what is wrong with it is reported. */
  async #compare(file: string, resource: Resource): Promise<boolean> {
    const path = join(this.#directory, file);
    let found: Buffer | undefined;
    try {
      found = await readRegularFile(
        path,
        resource.level === 'entries' ? maxBundleBytes : tileWidth * hashBytes,
      );
    } catch (error) {
      this.#problems.add('ledger/unreadable', file, 0, `The file cannot be read: ${String(error)}`);
      return true;
    }
    if (found === undefined) return false;
    if (resource.level === 'entries') this.#compareBundle(file, found, resource);
    else this.#compareTile(file, found, resource);
    return true;
  }

  #compareTile(file: string, found: Buffer, { level, index, width, bytes }: Tile): void {
    // A full tile may stand where a partial one was asked for.
    const full = found.length === tileWidth * hashBytes && file === tilePath(level, index, tileWidth);
    const wanted = bytes.subarray(0, width * hashBytes);
    const compared = full ? found.subarray(0, wanted.length) : found;
    if (compared.equals(wanted)) return;
    const offset = firstDifference(compared, wanted);
    const node = index * tileWidth + Math.floor(offset / hashBytes);
    const entry = node * tileWidth ** level;
    this.#problems.add('ledger/tile-changed', file, offset, 'The tile differs from the entries.', entry);
  }

  #compareBundle(file: string, found: Buffer, { index, width, bytes, leaves }: Bundle): void {
    if (width === tileWidth && found.equals(bytes)) return;
    const partial = file !== tilePath('entries', index, tileWidth);
    const wanted = leaves.subarray(0, width * hashBytes);
    const hashes = leavesOfBundle(found);
    const compared = partial ? hashes : hashes?.subarray(0, wanted.length);
    if (compared?.equals(wanted)) return;
    const position = firstOddEntry(found, wanted);
    const message = 'The bundle differs from the entries.';
    this.#problems.add(
      'ledger/bundle-changed',
      file,
      position.offset,
      message,
      index * tileWidth + position.entry,
    );
  }

  #missing(file: string, { level, index }: Resource): void {
    const entry = index * tileWidth ** ((level === 'entries' ? 0 : level) + 1);
    this.#problems.add('ledger/tile-missing', file, 0, 'The checkpoint needs this file.', entry);
  }
}

function recordsOf({ bytes, header }: RawFrame): { start: number; end: number }[] {
  const records: { start: number; end: number }[] = [];
  for (let at = frameHeaderBytes; records.length < header.count; ) {
    const { end } = recordAt(bytes, at, frameHeaderBytes + header.recordBytes)!;
    records.push({ start: at, end });
    at = end;
  }
  return records;
}

function copied(resource: Resource): Resource {
  const bytes = Buffer.from(resource.bytes);
  return resource.level === 'entries'
    ? { ...resource, bytes, leaves: Buffer.from(resource.leaves) }
    : { ...resource, bytes };
}
