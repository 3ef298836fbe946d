import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { hashBytes, leafHashInto } from '../tree/hashing.ts';
import { FileWindow } from './file-window.ts';
import { frameHeaderBytes, frameLayout, readFrameHeader } from './frame.ts';
import { type RawFrame, readFrame, recordAt } from './read-frame.ts';
import { listSegments, type SegmentFile } from './segment-files.ts';
import { segmentHeaderBytes } from './segment-header.ts';

/** An entry and its place in the log. */
export interface LedgerEntry {
  readonly index: number;
  readonly entry: Uint8Array;
}

/** A note where a frame starts, so that a look-up needn't start at the front of the segment. */
interface Milestone {
  readonly index: number;
  readonly offset: number;
}

const bytesBetweenMilestones = 1_048_576;
const segmentsRemembered = 64;
const computed = Buffer.alloc(hashBytes);

/** Reads entries from the segments. Memory does not grow with the log. */
export class EntryReader {
  readonly #directory: string;
  readonly #milestones = new Map<string, Milestone[]>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The entries from `from` up to but excluding `to`, as far as there are any.
   *
   * @throws KitenError `ledger/damaged` when an entry does not match its hash.
   */
  async *read(from: number, to: number): AsyncGenerator<LedgerEntry> {
    const segments = await listSegments(this.#directory);
    for (const [position, segment] of segments.entries()) {
      const end = segments[position + 1]?.firstIndex ?? Number.POSITIVE_INFINITY;
      if (end <= from || segment.firstIndex >= to) continue;
      yield* this.#readSegment(segment, from, to);
    }
  }

  async *#readSegment(segment: SegmentFile, from: number, to: number): AsyncGenerator<LedgerEntry> {
    const file = await open(join(this.#directory, segment.name), 'r');
    try {
      const window = new FileWindow(file);
      for (let offset = await this.#seek(window, segment, from); ; ) {
        const frame = await readFrame(window, offset);
        if (frame.kind !== 'frame' || frame.header.firstIndex >= to) return;
        yield* entriesOf(frame, segment.name, offset, from, to);
        offset += frame.layout.end;
      }
    } finally {
      await file.close();
    }
  }

  /** Where the frame with entry `index` starts, or where the frames end. */
  async #seek(window: FileWindow, segment: SegmentFile, index: number): Promise<number> {
    const milestones = this.#milestonesOf(segment);
    let { offset } = milestones.findLast((milestone) => milestone.index <= index) ?? milestones[0]!;
    for (;;) {
      const header = readFrameHeader(await window.view(offset, frameHeaderBytes));
      if (header === undefined || header.firstIndex + header.count > index) return offset;
      const last = milestones.at(-1)!;
      if (offset >= last.offset + bytesBetweenMilestones)
        milestones.push({ index: header.firstIndex, offset });
      offset += frameLayout(header.count, header.recordBytes).end;
    }
  }

  #milestonesOf({ name, firstIndex }: SegmentFile): Milestone[] {
    const known = this.#milestones.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#milestones.keys();
    if (this.#milestones.size >= segmentsRemembered && oldest !== undefined) this.#milestones.delete(oldest);
    const fresh = [{ index: firstIndex, offset: segmentHeaderBytes }];
    this.#milestones.set(name, fresh);
    return fresh;
  }
}

function entriesOf(
  { bytes, header, layout }: RawFrame,
  file: string,
  offset: number,
  from: number,
  to: number,
): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  const recordsEnd = frameHeaderBytes + header.recordBytes;
  for (let [position, at] = [0, frameHeaderBytes]; position < header.count; position += 1) {
    const index = header.firstIndex + position;
    const record = recordAt(bytes, at, recordsEnd);
    if (record === undefined) throw damagedEntry(file, offset + at, index);
    if (index >= from && index < to) {
      leafHashInto(bytes, record.start, record.end, computed, 0);
      const leaf = layout.leaves + position * hashBytes;
      if (computed.compare(bytes, leaf, leaf + hashBytes) !== 0) throw damagedEntry(file, offset + at, index);
      entries.push({ index, entry: Uint8Array.from(bytes.subarray(record.start, record.end)) });
    }
    at = record.end;
  }
  return entries;
}

function damagedEntry(file: string, offset: number, index: number): KitenError {
  return new KitenError(
    'ledger/damaged',
    `Entry ${index} in ${file} at byte ${offset} does not match its hash.`,
    {
      detail: { file, offset, index },
    },
  );
}
