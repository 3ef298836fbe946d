import { crc32 } from 'node:zlib';

/** Bytes before the first record of a segment. */
export const segmentHeaderBytes = 40;

const magic = Buffer.from('KITENSES', 'latin1');
const version = 2;

/** What the head of a segment file says (docs/session-store.md, "Segment"). */
export interface SegmentHeader {
  readonly id: number;
  /** The last segment whose messages are in it: more than `id` if several were made into one. */
  readonly lastId: number;
  /** The number of its first frame: what segments before it hold from there on does not count. */
  readonly firstCommit: number;
}

export function encodeSegmentHeader({ id, lastId, firstCommit }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  magic.copy(bytes);
  bytes.writeUInt32BE(version, 8);
  bytes.writeUIntBE(id, 12, 6);
  bytes.writeUIntBE(lastId, 18, 6);
  bytes.writeUIntBE(firstCommit, 24, 6);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 36)), 36);
  return bytes;
}

/** The header, or what is wrong with it. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | string {
  if (bytes.length < segmentHeaderBytes) return 'is cut off';
  if (!bytes.subarray(0, 8).equals(magic)) return 'does not begin with KITENSES';
  if (crc32(bytes.subarray(0, 36)) !== bytes.readUInt32BE(36)) return 'does not match its checksum';
  const found = bytes.readUInt32BE(8);
  if (found !== version) return `is of version ${found}, and this program knows ${version}`;
  return {
    id: bytes.readUIntBE(12, 6),
    lastId: bytes.readUIntBE(18, 6),
    firstCommit: bytes.readUIntBE(24, 6),
  };
}
