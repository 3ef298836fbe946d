import { hashBytes, leafHashInto } from '../tree/hashing.ts';
import {
  chainHashInto,
  frameHeaderBytes,
  frameLayout,
  maxFrameEntries,
  maxFrameRecordBytes,
  recordLengthBytes,
  writeFrameHeader,
} from './frame.ts';

interface Waiter {
  readonly resolve: (index: number) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Entries that go to the disk together, as one frame and with one sync. Each is copied as it is added, so its
 * caller may reuse the bytes at once.
 */
export class Group {
  #frame: Buffer = Buffer.allocUnsafe(16_384);
  #recordsEnd = frameHeaderBytes;
  #leaves: Buffer = Buffer.allocUnsafe(4096);
  #waiters: Waiter[] = [];

  /** Whether an entry of `length` bytes still finds room. */
  fits(length: number): boolean {
    const recordBytes = this.#recordsEnd - frameHeaderBytes + recordLengthBytes + length;
    return this.#waiters.length < maxFrameEntries && recordBytes <= maxFrameRecordBytes;
  }

  /** Adds an entry that `fits`. */
  add(entry: Uint8Array, resolve: Waiter['resolve'], reject: Waiter['reject']): void {
    const start = this.#recordsEnd + recordLengthBytes;
    const end = start + entry.length;
    const leavesEnd = this.#waiters.length * hashBytes;
    this.#frame = withRoom(this.#frame, this.#recordsEnd, end);
    this.#leaves = withRoom(this.#leaves, leavesEnd, leavesEnd + hashBytes);
    this.#frame.writeUInt16BE(entry.length, this.#recordsEnd);
    this.#frame.set(entry, start);
    leafHashInto(this.#frame, start, end, this.#leaves, leavesEnd);
    this.#recordsEnd = end;
    this.#waiters.push({ resolve, reject });
  }

  /** The frame, and the entries in it, now that its place in the log is known. */
  seal(firstIndex: number, chain: Uint8Array): { frame: Buffer; count: number; chain: Buffer } {
    const count = this.#waiters.length;
    const recordBytes = this.#recordsEnd - frameHeaderBytes;
    const layout = frameLayout(count, recordBytes);
    const frame = withRoom(this.#frame, this.#recordsEnd, layout.end).subarray(0, layout.end);
    const leaves = this.#leaves.subarray(0, count * hashBytes);
    writeFrameHeader({ firstIndex, count, recordBytes }, frame);
    frame.fill(0, this.#recordsEnd, layout.leaves);
    leaves.copy(frame, layout.leaves);
    chainHashInto(chain, frame, leaves, frame, layout.chain);
    return { frame, count, chain: Buffer.from(frame.subarray(layout.chain)) };
  }

  /** Tells every caller that its entry is on the disk, and under which index. */
  resolve(firstIndex: number): void {
    for (let position = 0; position < this.#waiters.length; position += 1) {
      this.#waiters[position]!.resolve(firstIndex + position);
    }
  }

  /** Tells every caller that its entry does not count. */
  reject(reason: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(reason);
  }

  /** Makes the group ready for other entries, in the memory it has. */
  clear(): void {
    this.#recordsEnd = frameHeaderBytes;
    this.#waiters = [];
  }
}

function withRoom(bytes: Buffer, used: number, needed: number): Buffer {
  if (needed <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(Math.max(needed, bytes.length * 2));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
