import { hashBytes, leafHashInto } from './hashing.ts';
import { tileWidth } from './tile-path.ts';

/** Bytes before each entry: its length in 16 bits (C2SP tlog-tiles, "Log entries"). */
export const recordLengthBytes = 2;

/** Bytes of the largest bundle that the format allows: other logs may have larger entries than ours. */
export const maxBundleBytes = tileWidth * (recordLengthBytes + 0xffff);

/** Where a record lies: its length starts at `at`, its entry is `bytes[start:end]`. */
export interface BundleRecord {
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** The records of a bundle of at most 256 entries, or as many of them as can be told apart. */
export function recordsOfBundle(bundle: Buffer): { records: BundleRecord[]; whole: boolean } {
  const records: BundleRecord[] = [];
  let at = 0;
  while (records.length < tileWidth && at + recordLengthBytes <= bundle.length) {
    const start = at + recordLengthBytes;
    const end = start + bundle.readUInt16BE(at);
    if (end > bundle.length) break;
    records.push({ at, start, end });
    at = end;
  }
  return { records, whole: at === bundle.length };
}

/** The leaf hashes of a bundle's entries, or nothing if it isn't a bundle of at most 256 entries. */
export function leavesOfBundle(bundle: Buffer): Buffer | undefined {
  const { records, whole } = recordsOfBundle(bundle);
  return whole ? leavesOf(bundle, records) : undefined;
}

/** The leaf hashes of records, one after the other. */
export function leavesOf(bundle: Buffer, records: readonly BundleRecord[]): Buffer {
  const hashes = Buffer.alloc(records.length * hashBytes);
  for (const [place, { start, end }] of records.entries()) {
    leafHashInto(bundle, start, end, hashes, place * hashBytes);
  }
  return hashes;
}

/** The bundle of the first `width` entries, or nothing if there are fewer. */
export function bundlePrefix(bundle: Buffer, width: number): Buffer | undefined {
  const last = recordsOfBundle(bundle).records[width - 1];
  return last === undefined ? undefined : bundle.subarray(0, last.end);
}
