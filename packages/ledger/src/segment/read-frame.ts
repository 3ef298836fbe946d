import { hashBytes, leafHashInto, maxEntryBytes } from '../tree/hashing.ts';
import {
  chainHashInto,
  type FrameHeader,
  type FrameLayout,
  frameHeaderBytes,
  frameLayout,
  maxFrameEntries,
  readFrameHeader,
  recordLengthBytes,
} from './frame.ts';

/** A whole frame, its contents not yet checked. The bytes are lent until the window is used again. */
export interface RawFrame {
  readonly kind: 'frame';
  readonly header: FrameHeader;
  readonly layout: FrameLayout;
  readonly bytes: Buffer;
}

/** No frame: the file or its used part ends here, a header cannot be read, or the file ends inside the frame. */
export interface NoFrame {
  readonly kind: 'end' | 'unreadable' | 'short';
}

/** Bytes of a segment: fewer than `length` only where they end. */
export interface SegmentBytes {
  view(offset: number, length: number): Buffer | Promise<Buffer>;
}

/** What stands at `offset` of a segment. */
export async function readFrame(window: SegmentBytes, offset: number): Promise<RawFrame | NoFrame> {
  const head = await window.view(offset, frameHeaderBytes);
  if (isZero(head)) return { kind: 'end' };
  if (head.length < frameHeaderBytes) return { kind: 'short' };
  const header = readFrameHeader(head);
  if (header === undefined) return { kind: 'unreadable' };
  const layout = frameLayout(header.count, header.recordBytes);
  const bytes = await window.view(offset, layout.end);
  return bytes.length < layout.end ? { kind: 'short' } : { kind: 'frame', header, layout, bytes };
}

/** Whether there is nothing but zeros in `bytes`. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const computed = Buffer.alloc(maxFrameEntries * hashBytes);

/** Whether everything in the frame fits: lengths, padding, leaf hashes and the chain from `chain` on. */
export function isSound(frame: RawFrame, chain: Uint8Array): boolean {
  const { bytes, header, layout } = frame;
  let at = frameHeaderBytes;
  const end = frameHeaderBytes + header.recordBytes;
  for (let position = 0; position < header.count; position += 1) {
    const next = recordEnd(bytes, at, end);
    if (next < 0) return false;
    leafHashInto(bytes, at + recordLengthBytes, next, computed, position * hashBytes);
    at = next;
  }
  const leavesHold = computed.compare(bytes, layout.leaves, layout.chain, 0, header.count * hashBytes) === 0;
  return leavesHold && at === end && isZero(bytes.subarray(end, layout.leaves)) && chainHolds(frame, chain);
}

/** Whether the frame's chain hash follows from `chain`, its header and its leaf hashes. */
export function chainHolds({ bytes, layout }: RawFrame, chain: Uint8Array): boolean {
  chainHashInto(chain, bytes, bytes.subarray(layout.leaves, layout.chain), computed, 0);
  return computed.compare(bytes, layout.chain, layout.end, 0, hashBytes) === 0;
}

/** Where the entry of the record at `at` lies, or nothing if it reaches beyond `end` or is too large. */
export function recordAt(
  bytes: Buffer,
  at: number,
  end: number,
): { readonly start: number; readonly end: number } | undefined {
  const next = recordEnd(bytes, at, end);
  return next < 0 ? undefined : { start: at + recordLengthBytes, end: next };
}

/** Where the record at `at` ends, or -1 if it reaches beyond `end` or is too large. */
export function recordEnd(bytes: Buffer, at: number, end: number): number {
  const start = at + recordLengthBytes;
  if (start > end) return -1;
  const length = bytes.readUInt16BE(at);
  return length > maxEntryBytes || start + length > end ? -1 : start + length;
}
