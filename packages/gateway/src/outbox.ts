import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RingStream } from './mesh/ring-stream.ts';

/** Most turns say little to each peer: they begin with a small slab, and all of those fit into the processor's cache. */
const smallSlab = 4_096;
const largeSlab = 65_536;
/** As much is copied for a transport that keeps what it is given; a slab that holds more is given away. */
const largestCopy = 16_384;
/** Up to here copying is cheaper than a call. */
const smallPiece = 48;
/** Slabs that are kept of each size: what is allocated and dropped again and again is paid for in collections of garbage. */
const pooledSmall = 2_048;
const pooledLarge = 256;

/** Flushes every output that has something, once a turn of the loop. */
export class Outbox {
  readonly #dirty: Output[] = [];
  readonly #small: Buffer[] = [];
  readonly #large: Buffer[] = [];
  bytesWritten = 0;
  #scheduled = false;

  schedule(output: Output): void {
    this.#dirty.push(output);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    // A flush may find a peer gone, and that may put something into another output: hence the live length.
    for (let index = 0; index < this.#dirty.length; index++) (this.#dirty[index] as Output).flush();
    this.#dirty.length = 0;
  }

  /** One with room for so many bytes, up to the size of the large ones. */
  slab(size: number): Buffer {
    return size <= smallSlab
      ? (this.#small.pop() ?? Buffer.allocUnsafeSlow(smallSlab))
      : (this.#large.pop() ?? Buffer.allocUnsafeSlow(largeSlab));
  }

  recycle(slab: Buffer): void {
    const isSmall = slab.length === smallSlab;
    const pool = isSmall ? this.#small : this.#large;
    if (pool.length < (isSmall ? pooledSmall : pooledLarge)) pool.push(slab);
  }
}

/**
 * What is to be sent to one peer: gathered during a turn of the loop, then given to the kernel in one write.
 * Bytes are copied in, so chunks they come from may be used again at once.
 */
export class Output {
  /** Where {@link reserve} made room: write there, then {@link commit}. */
  slab: Buffer | undefined;
  length = 0;
  /** Whether the peer takes less than it is sent: what may be dropped should be. */
  isCongested = false;
  /** Whether it is on the way there: half the limit is unsent. */
  isLagging = false;
  /** Called when it lags no more. */
  relieved: () => void = () => undefined;
  /** Whether the transport holds on to bytes beyond the call: TLS does, mostly, and so may any stream but a socket. */
  #keepsBytes: boolean;
  /** Whether it says by its length that it holds on to nothing. */
  readonly #tells: boolean;
  #full: Buffer[] = [];
  #fullBytes = 0;
  /** Of the last turn's bytes: this turn's will be much the same. */
  #lastSize = 0;
  #dirty = false;
  #isWatching = false;
  #closed = false;
  readonly #outbox: Outbox;
  readonly #transport: Duplex;
  readonly #limit: number;

  /** `limit`: unsent bytes beyond which the peer counts as congested. */
  constructor(outbox: Outbox, transport: Duplex, limit: number) {
    this.#outbox = outbox;
    this.#transport = transport;
    this.#limit = limit;
    this.#tells = transport instanceof Socket || transport instanceof RingStream;
    this.#keepsBytes = !this.#tells;
  }

  append(bytes: Buffer, start: number, end: number): void {
    const size = end - start;
    if (size > largeSlab) {
      this.#spill();
      this.#keep(Buffer.from(bytes.subarray(start, end)));
      this.#mark();
      return;
    }
    const slab = this.reserve(size);
    if (size < smallPiece) {
      let to = this.length;
      for (let from = start; from < end; from++) slab[to++] = bytes[from] as number;
    } else bytes.copy(slab, this.length, start, end);
    this.commit(size);
  }

  /** Room for `size` ≤ 64 KiB bytes at `length` of the slab it returns. */
  reserve(size: number): Buffer {
    if (this.slab === undefined) this.slab = this.#outbox.slab(Math.max(size, this.#lastSize));
    else if (this.length + size > this.slab.length) this.#makeRoom(size);
    return this.slab;
  }

  commit(size: number): void {
    this.length += size;
    if (!this.#dirty) this.#mark();
  }

  /** Gives everything to the transport now. */
  flush(): void {
    this.#dirty = false;
    if (this.#closed || this.#transport.destroyed) {
      this.discard();
      return;
    }
    if (this.#fullBytes > 0) {
      this.#spill();
      this.#transport.cork();
      for (const piece of this.#full) this.#write(piece);
      this.#transport.uncork();
      this.#full = [];
      this.#fullBytes = 0;
      const wasLagging = this.isLagging;
      this.#watch();
      if (wasLagging && !this.isLagging) this.relieved();
    } else if (this.length > 0) this.#flushSlab();
  }

  /** Drops what was not sent and takes nothing more to the transport. */
  close(): void {
    this.#closed = true;
    this.discard();
  }

  discard(): void {
    this.#full = [];
    this.#fullBytes = 0;
    this.length = 0;
    if (this.slab !== undefined) this.#outbox.recycle(this.slab);
    this.slab = undefined;
  }

  #flushSlab(): void {
    const slab = this.slab as Buffer;
    const size = this.length;
    this.slab = undefined;
    this.length = 0;
    this.#lastSize = size;
    if (this.#keepsBytes && size <= largestCopy) {
      this.#write(Buffer.from(slab.subarray(0, size)));
      this.#outbox.recycle(slab);
      return;
    }
    this.#write(slab.subarray(0, size));
    // Still 0 if the kernel took it all at once: then nobody reads the slab any more.
    if (this.#tells && this.#transport.writableLength === 0) this.#outbox.recycle(slab);
    else this.#keepsBytes = true;
  }

  #write(bytes: Buffer): void {
    this.#outbox.bytesWritten += bytes.length;
    if (!this.#transport.write(bytes)) this.#watch();
  }

  #watch(): void {
    const unsent = this.#transport.writableNeedDrain ? this.#transport.writableLength : 0;
    this.isCongested = unsent > this.#limit;
    this.isLagging = unsent > this.#limit / 2;
    if (!this.isLagging || this.#isWatching) return;
    this.#isWatching = true;
    this.#transport.once('drain', () => {
      this.#isWatching = false;
      this.isCongested = false;
      this.isLagging = false;
      this.relieved();
    });
  }

  #makeRoom(size: number): void {
    const full = this.slab as Buffer;
    const needed = this.length + size;
    if (needed > largeSlab || full.length === largeSlab) {
      this.#spill();
      this.slab = this.#outbox.slab(size);
      return;
    }
    this.slab = this.#outbox.slab(largeSlab);
    full.copy(this.slab, 0, 0, this.length);
    this.#outbox.recycle(full);
  }

  #spill(): void {
    if (this.length === 0) return;
    this.#keep((this.slab as Buffer).subarray(0, this.length));
    this.slab = undefined;
    this.length = 0;
  }

  #keep(piece: Buffer): void {
    this.#full.push(piece);
    this.#fullBytes += piece.length;
    // Until the flush of this turn tells how the transport takes it.
    if (this.#fullBytes > this.#limit) this.isCongested = true;
    if (this.#fullBytes > this.#limit / 2) this.isLagging = true;
  }

  #mark(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.#outbox.schedule(this);
  }
}
