import { crc32 } from 'node:zlib';
import { recordLengthBytes } from '../tree/entry-bundle.ts';
import { hashBytes, maxEntryBytes, sha256Into } from '../tree/hashing.ts';

/** Bytes before a frame's records. */
export const frameHeaderBytes = 24;
/** Frames start at multiples of this. */
export const frameAlignment = 8;
/** Most entries in one frame. */
export const maxFrameEntries = 4096;
/** Most bytes of records in one frame. */
export const maxFrameRecordBytes = 524_288;
export { recordLengthBytes };
/** Bytes of the largest frame. */
export const maxFrameBytes = frameLayout(maxFrameEntries, maxFrameRecordBytes).end;

const magic = 0x4b465231; // 'KFR1'

/** What the head of a frame says (docs/ledger-format.md, "Frame"). */
export interface FrameHeader {
  /** The index of the frame's first entry. */
  readonly firstIndex: number;
  /** Entries, at least 1. */
  readonly count: number;
  /** Bytes of the records, which have the form of a tlog-tiles entry bundle. */
  readonly recordBytes: number;
}

/** Where the parts of a frame lie, from its start. */
export interface FrameLayout {
  /** The leaf hashes, after the records and up to seven bytes of zeros. */
  readonly leaves: number;
  /** The chain hash up to and including this frame. */
  readonly chain: number;
  readonly end: number;
}

/** Where the parts of a frame of `count` entries with `recordBytes` bytes of records lie. */
export function frameLayout(count: number, recordBytes: number): FrameLayout {
  const leaves = Math.ceil((frameHeaderBytes + recordBytes) / frameAlignment) * frameAlignment;
  const chain = leaves + count * hashBytes;
  return { leaves, chain, end: chain + hashBytes };
}

/** Writes a frame's header to the start of `frame`. */
export function writeFrameHeader(header: FrameHeader, frame: Buffer): void {
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt32BE(Math.floor(header.firstIndex / 2 ** 32), 8);
  frame.writeUInt32BE(header.firstIndex % 2 ** 32, 12);
  frame.writeUInt32BE(header.count, 16);
  frame.writeUInt32BE(header.recordBytes, 20);
  frame.writeUInt32BE(crc32(frame.subarray(8, frameHeaderBytes)), 4);
}

/** The header at the start of `bytes`, or nothing when there is none that could have been written. */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < frameHeaderBytes || bytes.readUInt32BE(0) !== magic) return undefined;
  if (bytes.readUInt32BE(4) !== crc32(bytes.subarray(8, frameHeaderBytes))) return undefined;
  const firstIndex = bytes.readUInt32BE(8) * 2 ** 32 + bytes.readUInt32BE(12);
  const count = bytes.readUInt32BE(16);
  const recordBytes = bytes.readUInt32BE(20);
  if (!Number.isSafeInteger(firstIndex + count) || count < 1 || count > maxFrameEntries) return undefined;
  const least = count * recordLengthBytes;
  const most = Math.min(maxFrameRecordBytes, count * (recordLengthBytes + maxEntryBytes));
  return recordBytes < least || recordBytes > most ? undefined : { firstIndex, count, recordBytes };
}

const chainInput = Buffer.alloc(hashBytes + frameHeaderBytes + maxFrameEntries * hashBytes);

/**
 * Writes SHA-256(chain before ‖ frame header ‖ leaf hashes) to `target`: the chain hash up to and including the
 * frame. `target` may be the frame itself.
 */
export function chainHashInto(
  chain: Uint8Array,
  header: Buffer,
  leaves: Buffer,
  target: Buffer,
  at: number,
): void {
  chainInput.set(chain, 0);
  header.copy(chainInput, hashBytes, 0, frameHeaderBytes);
  leaves.copy(chainInput, hashBytes + frameHeaderBytes);
  sha256Into(chainInput.subarray(0, hashBytes + frameHeaderBytes + leaves.length), target, at);
}
