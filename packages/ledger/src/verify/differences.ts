import { leavesOf, recordsOfBundle } from '../tree/entry-bundle.ts';
import { hashBytes } from '../tree/hashing.ts';

/** The offset of the first byte in which the two differ, or where the shorter ends. */
export function firstDifference(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) if (a[at] !== b[at]) return at;
  return length;
}

/** The first record of a bundle that isn't the entry with the wanted leaf hash. */
export function firstOddEntry(bundle: Buffer, wanted: Buffer): { offset: number; entry: number } {
  const { records } = recordsOfBundle(bundle);
  const hashes = leavesOf(bundle, records);
  const entry = Math.floor(firstDifference(hashes, wanted) / hashBytes);
  return { entry, offset: records[entry]?.at ?? records.at(-1)?.end ?? 0 };
}
