import { encodeUtf8, equalBytes } from '@kiten/codec';
import { hashBytes, sha256 } from '../tree/hashing.ts';

/** Bytes before the first frame of a segment. */
export const segmentHeaderBytes = 120;

const magic = Buffer.from('KITENLOG', 'latin1');
const version = 1;
const checkAt = segmentHeaderBytes - hashBytes;

/** What the head of a segment file says (docs/ledger-format.md, "Segment header"). */
export interface SegmentHeader {
  /** SHA-256 of the log's origin. */
  readonly originHash: Uint8Array;
  /** The index of the segment's first entry. */
  readonly firstIndex: number;
  /** The chain hash up to that entry. */
  readonly chain: Uint8Array;
}

/** SHA-256 of the origin: names the log in every segment, and the chain starts from it. */
export function originHashOf(origin: string): Buffer {
  return sha256(encodeUtf8(origin));
}

/** The header's 120 bytes. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  magic.copy(bytes, 0);
  bytes.writeUInt32BE(version, 8);
  bytes.writeBigUInt64BE(BigInt(header.firstIndex), 16);
  bytes.set(header.originHash, 24);
  bytes.set(header.chain, 24 + hashBytes);
  bytes.set(sha256(bytes.subarray(0, checkAt)), checkAt);
  return bytes;
}

/** The header in `bytes`, or in words what is wrong with it. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | string {
  if (bytes.length < segmentHeaderBytes) return 'is cut short';
  if (!bytes.subarray(0, 8).equals(magic)) return 'does not start with KITENLOG';
  if (!equalBytes(sha256(bytes.subarray(0, checkAt)), bytes.subarray(checkAt, segmentHeaderBytes))) {
    return 'does not match its own hash';
  }
  if (bytes.readUInt32BE(8) !== version || bytes.readUInt32BE(12) !== 0) return 'is of an unknown version';
  const firstIndex = Number(bytes.readBigUInt64BE(16));
  if (!Number.isSafeInteger(firstIndex)) return 'has a first index that is too large';
  const originHash = Buffer.from(bytes.subarray(24, 24 + hashBytes));
  return { firstIndex, originHash, chain: Buffer.from(bytes.subarray(24 + hashBytes, checkAt)) };
}
