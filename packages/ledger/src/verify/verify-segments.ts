import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '@kiten/codec';
import type { TornTail } from '../recover.ts';
import { FileWindow } from '../segment/file-window.ts';
import { frameAlignment, maxFrameBytes, readFrameHeader } from '../segment/frame.ts';
import { isSound, type NoFrame, type RawFrame, readFrame } from '../segment/read-frame.ts';
import type { SegmentFile } from '../segment/segment-files.ts';
import { decodeSegmentHeader, encodeSegmentHeader, segmentHeaderBytes } from '../segment/segment-header.ts';
import { judgeTail } from '../segment/tail.ts';
import { readTail } from '../segment/walk-log.ts';
import type { TileComparison } from './compare-tiles.ts';
import { examineFrame } from './examine-frame.ts';
import { findFrame } from './find-frame.ts';
import { openRegularFile } from './regular-file.ts';
import type { LedgerProblemCode, ProblemList } from './report.ts';
import { isSettled } from './settle.ts';

const entriesPerReport = 10_000;

/** What walking over the segments needs to know. */
export interface SegmentCheck {
  readonly directory: string;
  readonly originHash: Uint8Array | undefined;
  /** Entries that were acknowledged for certain: no torn tail starts before them. */
  readonly acknowledged: number;
  readonly problems: ProblemList;
  readonly tiles: TileComparison;
  readonly onProgress?: ((entries: number) => void) | undefined;
}

/** Walks over all segments, going on after each problem as far as there is anything to hold on to. */
export class SegmentWalk {
  readonly #check: SegmentCheck;
  #index = 0;
  /** What the next frame's chain may start from: more than one after damage, none when nothing is known. */
  #chains: readonly Uint8Array[] = [];
  #tornTail: TornTail | undefined;

  constructor(check: SegmentCheck) {
    this.#check = check;
    if (check.originHash !== undefined) this.#chains = [check.originHash];
  }

  /** Entries seen. */
  get entries(): number {
    return this.#index;
  }

  get tornTail(): TornTail | undefined {
    return this.#tornTail;
  }

  async walk(segment: SegmentFile, isLast: boolean): Promise<void> {
    const { directory, problems, tiles } = this.#check;
    try {
      const file = await openRegularFile(join(directory, segment.name));
      if (file === undefined) throw new Error('It is no longer there.');
      try {
        await this.#walkFile(file, segment, isLast);
      } finally {
        await file.close();
      }
    } catch (error) {
      tiles.stop();
      problems.add(
        'ledger/unreadable',
        segment.name,
        0,
        `The segment cannot be read: ${String(error)}`,
        this.#index,
      );
    }
  }

  async #walkFile(file: FileHandle, segment: SegmentFile, isLast: boolean): Promise<void> {
    const window = new FileWindow(file);
    this.#checkHeader(Buffer.from(await window.view(0, segmentHeaderBytes)), segment);
    for (let offset: number | undefined = segmentHeaderBytes; offset !== undefined; ) {
      const found = await readFrame(window, offset);
      offset =
        found.kind === 'frame' && this.#isSound(found)
          ? offset + (await this.#takeFrame(found))
          : await this.#takeOther({ file, window, name: segment.name, isLast, offset }, found);
    }
  }

  #checkHeader(bytes: Buffer, segment: SegmentFile): void {
    const { originHash } = this.#check;
    this.#checkFirstIndex(segment);
    const header = decodeSegmentHeader(bytes);
    if (typeof header === 'string') {
      const [chain] = this.#chains;
      const intact = encodeSegmentHeader({
        originHash: originHash ?? bytes.subarray(24, 56),
        firstIndex: segment.firstIndex,
        chain: chain ?? bytes.subarray(56, 88),
      });
      const at = Math.max(
        0,
        intact.findIndex((byte, position) => byte !== bytes[position]),
      );
      this.#report('ledger/segment-header-changed', segment.name, at, `The header ${header}.`);
      return;
    }
    if (originHash !== undefined && !equalBytes(header.originHash, originHash)) {
      this.#report('ledger/other-log', segment.name, 24, 'The segment belongs to a log with another origin.');
    }
    if (header.firstIndex !== segment.firstIndex) {
      this.#report(
        'ledger/segment-header-changed',
        segment.name,
        16,
        'The file has the name of another segment.',
      );
    }
    if (this.#chains.some((chain) => equalBytes(chain, header.chain))) this.#chains = [header.chain];
    else {
      const known = this.#chains.length > 0;
      if (known)
        this.#report('ledger/chain-broken', segment.name, 56, 'It does not continue the segment before it.');
      this.#chains = [...this.#chains, header.chain];
    }
  }

  #checkFirstIndex({ name, firstIndex }: SegmentFile): void {
    if (firstIndex === this.#index) return;
    const { problems, tiles } = this.#check;
    if (firstIndex > this.#index) {
      const message = `The entries ${this.#index} to ${firstIndex - 1} are in no segment.`;
      problems.add('ledger/segment-missing', name, 0, message, this.#index);
    } else {
      problems.add(
        'ledger/entry-inserted',
        name,
        0,
        'The segment before it reaches into this one.',
        firstIndex,
      );
    }
    tiles.stop();
    this.#index = firstIndex;
    this.#chains = [];
  }

  #isSound(frame: RawFrame): boolean {
    return frame.header.firstIndex === this.#index && this.#chains.some((chain) => isSound(frame, chain));
  }

  /** Returns the frame's length. */
  async #takeFrame(frame: RawFrame): Promise<number> {
    const { bytes, header, layout } = frame;
    this.#chains = [Buffer.from(bytes.subarray(layout.chain))];
    await this.#check.tiles.addFrame(frame);
    this.#advance(header.firstIndex + header.count);
    return layout.end;
  }

  /** Deals with anything but a sound frame; returns where to go on, or nothing at the segment's end. */
  async #takeOther(at: Place, found: RawFrame | NoFrame): Promise<number | undefined> {
    const next = await findFrame(at.window, at.offset, found.kind === 'frame' ? found.layout.end : undefined);
    if (next === undefined && at.isLast) {
      const verdict = await this.#judgeEnd(at);
      if (verdict !== 'damaged') return verdict === 'changing' ? at.offset : undefined;
    }
    const { size } = await at.file.stat();
    if (next === undefined && size <= at.offset) return undefined;
    if (found.kind === 'end' && next === undefined) return this.#stray(at);
    return this.#takeDamaged(at, next ?? (await endOfBytes(at, found)), next !== undefined);
  }

  async #judgeEnd(at: Place): Promise<'clean' | 'torn' | 'damaged' | 'changing'> {
    const { found, rest, strayAt } = await readTail(at.file, at.offset);
    // A running site has written on since the window was read, and may have finished.
    if (found.kind === 'frame' && this.#isSound(found)) {
      at.window.forget();
      return 'changing';
    }
    const tail = strayAt === undefined ? judgeTail(found, rest, at.offset) : 'damaged';
    if (tail === 'clean') return tail;
    if (!(await isSettled(at.file, at.offset, rest))) {
      at.window.forget();
      return 'changing';
    }
    if (tail === 'damaged' || this.#index < this.#check.acknowledged) return 'damaged';
    this.#tornTail = { file: at.name, offset: at.offset, bytes: rest.length };
    return tail;
  }

  async #stray({ window, name, offset }: Place): Promise<undefined> {
    for (let at = offset; ; ) {
      const bytes = await window.view(at, 65_536);
      const stray = bytes.findIndex((byte) => byte !== 0);
      if (stray >= 0 || bytes.length === 0) {
        const place = stray >= 0 ? at + stray : offset;
        const message = 'There are bytes after the last entry, where nothing should be.';
        this.#check.problems.add('ledger/stray-bytes', name, place, message, this.#index);
        return undefined;
      }
      at += bytes.length;
    }
  }

  async #takeDamaged(at: Place, end: number, more: boolean): Promise<number | undefined> {
    const region = Buffer.from(await at.window.view(at.offset, Math.min(end - at.offset, 2 * maxFrameBytes)));
    const report = (code: LedgerProblemCode, from: number, message: string, index?: number): void =>
      this.#check.problems.add(code, at.name, at.offset + from, message, index);
    const header = readFrameHeader(region);
    if (header !== undefined && header.firstIndex < this.#index) {
      report('ledger/entry-inserted', 0, 'These entries are not in their place.', header.firstIndex);
      return more ? end : undefined;
    }
    if (header !== undefined && header.firstIndex > this.#index) {
      const message = `The entries ${this.#index} to ${header.firstIndex - 1} are missing before this place.`;
      report('ledger/entries-missing', 0, message, this.#index);
      this.#lose();
      this.#index = header.firstIndex;
    }
    const examined = examineFrame(region, this.#index, this.#chains, report);
    if (examined === undefined) this.#lose();
    else {
      await this.#check.tiles.addExamined(examined);
      this.#chains = examined.chains;
      this.#advance(this.#index + examined.count);
    }
    return more ? end : undefined;
  }

  #lose(): void {
    this.#check.tiles.stop();
    this.#chains = [];
  }

  #advance(index: number): void {
    const step = Math.floor(index / entriesPerReport);
    if (step > Math.floor(this.#index / entriesPerReport)) this.#check.onProgress?.(index);
    this.#index = index;
  }

  #report(code: LedgerProblemCode, file: string, offset: number, message: string): void {
    this.#check.problems.add(code, file, offset, message, this.#index);
  }
}

interface Place {
  readonly file: FileHandle;
  readonly window: FileWindow;
  readonly name: string;
  readonly isLast: boolean;
  readonly offset: number;
}

/** Where a damaged frame ends that no other follows: as its header says, or where the zeros or the file's end begin. */
async function endOfBytes({ file, offset }: Place, found: RawFrame | NoFrame): Promise<number> {
  if (found.kind === 'frame') return offset + found.layout.end;
  const { rest } = await readTail(file, offset);
  let used = rest.length;
  while (used > 0 && rest[used - 1] === 0) used -= 1;
  return offset + Math.min(rest.length, Math.ceil(used / frameAlignment) * frameAlignment);
}
