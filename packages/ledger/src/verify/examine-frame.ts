import {
  chainHashInto,
  type FrameHeader,
  frameAlignment,
  frameHeaderBytes,
  frameLayout,
  readFrameHeader,
  recordLengthBytes,
  writeFrameHeader,
} from '../segment/frame.ts';
import { recordAt } from '../segment/read-frame.ts';
import { hashBytes, leafHashInto, maxEntryBytes } from '../tree/hashing.ts';
import type { LedgerProblemCode } from './report.ts';
import { restoreHeader } from './restore-header.ts';

/** A record's place in a frame's bytes, its length included. */
export interface RecordPlace {
  readonly start: number;
  readonly end: number;
}

/** What could be made of a frame that isn't sound: as much as its hashes still prove. */
export interface ExaminedFrame {
  readonly count: number;
  /** The leaf hashes stand in `bytes` from here on. */
  readonly bytes: Buffer;
  readonly leavesAt: number;
  /** Each entry's record, where it could be told apart. */
  readonly records: readonly (RecordPlace | undefined)[];
  /** What the next frame's chain may start from. */
  readonly chains: readonly Uint8Array[];
}

/** Reports what is wrong at `at` bytes from the frame's start. */
export type ReportFault = (code: LedgerProblemCode, at: number, message: string, index?: number) => void;

/**
 * Examines the bytes from where a frame starts to where the next one does, and says what was changed in them.
 * The chain hash tells which part to believe: if it holds over the stored leaf hashes, the records are wrong; if
 * it holds over the records' own hashes, the stored ones are.
 *
 * Returns nothing if too much is gone; that is then reported as `ledger/frame-changed`.
 */
export function examineFrame(
  region: Buffer,
  index: number,
  chains: readonly Uint8Array[],
  report: ReportFault,
): ExaminedFrame | undefined {
  const stored = readFrameHeader(region);
  const header = stored ?? restoreHeader(region, index, chains);
  if (header === undefined || region.length < frameLayout(header.count, 0).end) {
    report('ledger/frame-changed', 0, 'A frame should be here and cannot be read.', index);
    return undefined;
  }
  if (stored === undefined) {
    const intact = Buffer.alloc(frameHeaderBytes);
    writeFrameHeader(header, intact);
    const at = intact.findIndex((byte, position) => byte !== region[position]);
    report('ledger/frame-changed', at, "The frame's header was changed.", index);
    intact.copy(region);
  }
  return new Examination(region, header, chains, report).run();
}

class Examination {
  readonly #bytes: Buffer;
  readonly #header: FrameHeader;
  readonly #chains: readonly Uint8Array[];
  readonly #report: ReportFault;
  readonly #leavesAt: number;
  readonly #chainAt: number;

  constructor(bytes: Buffer, header: FrameHeader, chains: readonly Uint8Array[], report: ReportFault) {
    this.#bytes = bytes;
    this.#header = header;
    this.#chains = chains;
    this.#report = report;
    // From the end, because records may have been added or taken away before it.
    this.#chainAt = bytes.length - hashBytes;
    this.#leavesAt = this.#chainAt - header.count * hashBytes;
  }

  run(): ExaminedFrame | undefined {
    const storedLeaves = this.#bytes.subarray(this.#leavesAt, this.#chainAt);
    if (this.#chains.length === 0 || this.#chainHolds(storedLeaves)) {
      return this.#result(this.#bytes, this.#leavesAt, this.#placeRecords());
    }
    const { records, leaves } = this.#readRecords();
    if (records.length === this.#header.count && this.#chainHolds(leaves)) {
      for (const position of differing(leaves, storedLeaves)) {
        const at = this.#leavesAt + position * hashBytes;
        this.#report('ledger/leaf-hash-changed', at, "The entry's hash was changed.", this.#index(position));
      }
      const bytes = Buffer.concat([this.#bytes, leaves]);
      return this.#result(bytes, this.#bytes.length, records);
    }
    const { count, recordBytes, firstIndex } = this.#header;
    if (this.#bytes.length !== frameLayout(count, recordBytes).end) {
      this.#report('ledger/frame-changed', 0, 'Bytes of the frame are missing or were added.', firstIndex);
      return undefined;
    }
    const message = 'The chain hash does not follow from what is before it.';
    this.#report('ledger/chain-broken', this.#chainAt, message, firstIndex);
    return this.#result(this.#bytes, this.#leavesAt, this.#placeRecords());
  }

  #result(bytes: Buffer, leavesAt: number, records: readonly (RecordPlace | undefined)[]): ExaminedFrame {
    const { count } = this.#header;
    const leaves = bytes.subarray(leavesAt, leavesAt + count * hashBytes);
    const stored = Buffer.from(this.#bytes.subarray(this.#chainAt));
    const chains = [stored, ...this.#chains.slice(0, 1).map((chain) => this.#chainOver(chain, leaves))];
    return { count, bytes, leavesAt, records, chains };
  }

  /** Finds each stored leaf hash's record, saying what was changed, added and taken away. */
  #placeRecords(): (RecordPlace | undefined)[] {
    const { records } = this.#readRecords();
    const recordsEnd = frameHeaderBytes + this.#header.recordBytes;
    const lengthsHold = records.length === this.#header.count && records.at(-1)?.end === recordsEnd;
    return lengthsHold ? this.#compareRecords(records) : this.#alignRecords();
  }

  /** The lengths add up, so each record stands for itself. */
  #compareRecords(records: readonly RecordPlace[]): (RecordPlace | undefined)[] {
    const places = records.map((record, position) => {
      const place = this.#matches(record.start, position);
      if (place === undefined) {
        this.#report('ledger/entry-changed', record.start, 'The entry was changed.', this.#index(position));
      }
      return place;
    });
    this.#checkPadding(records.at(-1)!.end);
    return places;
  }

  /** The lengths don't add up. What stands next to a record that matches its hash tells what happened to it. */
  #alignRecords(): (RecordPlace | undefined)[] {
    const places: (RecordPlace | undefined)[] = [];
    let at = frameHeaderBytes;
    for (let position = 0; position < this.#header.count; ) {
      const here = this.#matches(at, position);
      const record = recordAt(this.#bytes, at, this.#leavesAt);
      if (here !== undefined) {
        places.push(here);
        at = here.end;
        position += 1;
      } else if (record !== undefined && this.#endsOrMatches(record.end, position + 1)) {
        this.#report('ledger/entry-changed', at, 'The entry was changed.', this.#index(position));
        places.push(undefined);
        at = record.end;
        position += 1;
      } else if (this.#matches(at, position + 1) !== undefined) {
        this.#report('ledger/entry-removed', at, 'The entry was removed.', this.#index(position));
        places.push(undefined);
        position += 1;
      } else if (record !== undefined && this.#matches(record.end, position) !== undefined) {
        this.#report(
          'ledger/entry-inserted',
          at,
          'Something was inserted before this entry.',
          this.#index(position),
        );
        at = record.end;
      } else {
        const found = this.#withOtherLength(at, position);
        const message = found === undefined ? 'The entry was changed.' : "The entry's length was changed.";
        this.#report('ledger/entry-changed', at, message, this.#index(position));
        places.push(found);
        if (found === undefined) return this.#unplaced(places);
        at = found.end;
        position += 1;
      }
    }
    this.#checkPadding(at);
    return places;
  }

  #checkPadding(at: number): void {
    const padding = this.#bytes.subarray(at, this.#leavesAt);
    const stray = padding.findIndex((byte) => byte !== 0);
    if (stray < 0 && padding.length < frameAlignment) return;
    const message = 'There are bytes between the entries and their hashes.';
    this.#report('ledger/stray-bytes', at + Math.max(stray, 0), message);
  }

  #unplaced(places: (RecordPlace | undefined)[]): (RecordPlace | undefined)[] {
    while (places.length < this.#header.count) places.push(undefined);
    return places;
  }

  #matches(at: number, position: number): RecordPlace | undefined {
    const record = position < this.#header.count ? recordAt(this.#bytes, at, this.#leavesAt) : undefined;
    if (record === undefined || !this.#hashesTo(record.start, record.end, position)) return undefined;
    return { start: at, end: record.end };
  }

  #endsOrMatches(at: number, position: number): boolean {
    if (position < this.#header.count) return this.#matches(at, position) !== undefined;
    return this.#leavesAt - at < frameAlignment;
  }

  #withOtherLength(at: number, position: number): RecordPlace | undefined {
    const start = at + recordLengthBytes;
    const most = Math.min(maxEntryBytes, this.#leavesAt - start);
    for (let length = 0; length <= most; length += 1) {
      if (this.#hashesTo(start, start + length, position)) return { start: at, end: start + length };
    }
    return undefined;
  }

  #hashesTo(start: number, end: number, position: number): boolean {
    const hash = Buffer.alloc(hashBytes);
    leafHashInto(this.#bytes, start, end, hash, 0);
    const leaf = this.#leavesAt + position * hashBytes;
    return hash.compare(this.#bytes, leaf, leaf + hashBytes) === 0;
  }

  /** The records by their own lengths, with their own hashes. */
  #readRecords(): { records: RecordPlace[]; leaves: Buffer } {
    const records: RecordPlace[] = [];
    const leaves = Buffer.alloc(this.#header.count * hashBytes);
    for (let at = frameHeaderBytes; records.length < this.#header.count; ) {
      const record = recordAt(this.#bytes, at, this.#leavesAt);
      if (record === undefined) break;
      leafHashInto(this.#bytes, record.start, record.end, leaves, records.length * hashBytes);
      records.push({ start: at, end: record.end });
      at = record.end;
    }
    return { records, leaves };
  }

  #chainHolds(leaves: Buffer): boolean {
    const stored = this.#bytes.subarray(this.#chainAt);
    return this.#chains.some((chain) => this.#chainOver(chain, leaves).equals(stored));
  }

  #chainOver(chain: Uint8Array, leaves: Buffer): Buffer {
    const result = Buffer.alloc(hashBytes);
    chainHashInto(chain, this.#bytes, leaves, result, 0);
    return result;
  }

  #index(position: number): number {
    return this.#header.firstIndex + position;
  }
}

function differing(a: Buffer, b: Buffer): number[] {
  const positions: number[] = [];
  for (let at = 0; at < a.length; at += hashBytes) {
    if (a.compare(b, at, at + hashBytes, at, at + hashBytes) !== 0) positions.push(at / hashBytes);
  }
  return positions;
}
