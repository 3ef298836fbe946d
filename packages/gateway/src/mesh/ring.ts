const header = 16;
/** Places in the header, 32 bits each: bytes written and read so far, modulo 2³², and who waits for the other side. */
const written = 0;
const read = 1;
const readerSleeps = 2;
const writerWaits = 3;

/** Of one direction between two workers. */
export const ringBytes = header + 262_144;

/** Bytes from one thread to another, in memory that both see. One of them writes, the other reads. */
export class Ring {
  readonly #counts: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#counts = new Int32Array(memory, 0, header / 4);
    this.#bytes = new Uint8Array(memory, header);
  }

  /** Memory for one, empty; its reader is asleep. */
  static memory(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(ringBytes);
    new Int32Array(memory, 0, header / 4)[readerSleeps] = 1;
    return memory;
  }

  /** Writes as much of a chunk as there is room for; says how much. */
  write(chunk: Uint8Array, from: number): number {
    const size = this.#bytes.length;
    const at = Atomics.load(this.#counts, written);
    const used = (at - Atomics.load(this.#counts, read)) | 0;
    const count = Math.min(size - used, chunk.length - from);
    if (count === 0) return 0;
    const start = (at >>> 0) % size;
    const first = Math.min(count, size - start);
    this.#bytes.set(chunk.subarray(from, from + first), start);
    if (first < count) this.#bytes.set(chunk.subarray(from + first, from + count), 0);
    Atomics.store(this.#counts, written, (at + count) | 0);
    return count;
  }

  /** Whether the reader has to be told that there is something; asked once after each write. */
  isReaderAsleep(): boolean {
    return Atomics.exchange(this.#counts, readerSleeps, 0) === 1;
  }

  /** There was no room: the reader is asked to tell when there is. Whether it has made some just now. */
  hasRoomAfterAll(): boolean {
    Atomics.store(this.#counts, writerWaits, 1);
    const used = (Atomics.load(this.#counts, written) - Atomics.load(this.#counts, read)) | 0;
    return used < this.#bytes.length && Atomics.exchange(this.#counts, writerWaits, 0) === 1;
  }

  /** Copies all that is there to where there is room for {@link ringBytes}; says how much it is. If nothing, the reader sleeps until it is told. */
  read(into: Uint8Array): number {
    const size = this.#bytes.length;
    const from = Atomics.load(this.#counts, read);
    let count = (Atomics.load(this.#counts, written) - from) | 0;
    if (count === 0) {
      Atomics.store(this.#counts, readerSleeps, 1);
      count = (Atomics.load(this.#counts, written) - from) | 0;
      // If the writer has seen it, it tells; it is looked at again then, and nothing is missed.
      if (count === 0 || Atomics.exchange(this.#counts, readerSleeps, 0) === 0) return 0;
    }
    const start = (from >>> 0) % size;
    const first = Math.min(count, size - start);
    into.set(this.#bytes.subarray(start, start + first), 0);
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
    Atomics.store(this.#counts, read, (from + count) | 0);
    return count;
  }

  /** Whether the writer has to be told that there is room; asked once after each read. */
  isWriterWaiting(): boolean {
    return Atomics.exchange(this.#counts, writerWaits, 0) === 1;
  }
}
