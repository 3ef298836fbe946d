import { frameHeaderBytes } from './frame.ts';
import type { NoFrame, RawFrame } from './read-frame.ts';

/** What a disk writes whole or not at all. */
const sectorBytes = 512;
/** A stray byte in the zeros is tampering; what a torn write leaves is at least eight bytes, mostly hashes. */
const fewestTornBytes = 4;

/** How a segment ends after its last sound frame. */
export type Tail = 'clean' | 'torn' | 'damaged';

/**
 * Judges what follows the last sound frame of the last segment. `rest` is the file from `offset` to its end, and
 * `found` what stands there.
 *
 * A frame is torn when a crash came while it was being written: it is the last one, and a part of it as a disk
 * writes parts (a sector, or what is beyond the end of the file) still holds the zeros of before. A frame all of
 * whose parts were written and which still doesn't fit was whole once and has been changed.
 */
export function judgeTail(found: RawFrame | NoFrame, rest: Buffer, offset: number): Tail {
  const last = lastNonZero(rest);
  if (last < 0) return 'clean';
  if (found.kind === 'short') return 'torn';
  if (found.kind === 'frame') {
    if (last >= found.layout.end) return 'damaged';
    return hasUnwrittenSector(rest.subarray(0, found.layout.end), offset) ? 'torn' : 'damaged';
  }
  if (found.kind === 'unreadable') {
    return hasUnwrittenSector(rest.subarray(0, frameHeaderBytes), offset) ? 'torn' : 'damaged';
  }
  // The sector with the header is not there, a later one is.
  const firstSector = rest.subarray(0, sectorBytes - (offset % sectorBytes));
  const written = rest.reduce((count, byte) => (byte === 0 ? count : count + 1), 0);
  return lastNonZero(firstSector) < 0 && written >= fewestTornBytes ? 'torn' : 'damaged';
}

function hasUnwrittenSector(frame: Buffer, offset: number): boolean {
  for (let at = 0; at < frame.length; ) {
    const end = Math.min(frame.length, at + sectorBytes - ((offset + at) % sectorBytes));
    if (lastNonZero(frame.subarray(at, end)) < 0) return true;
    at = end;
  }
  return false;
}

function lastNonZero(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0; at -= 1) if (bytes[at] !== 0) return at;
  return -1;
}
