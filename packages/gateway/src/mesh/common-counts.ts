import { createHmac } from 'node:crypto';
import type { PlaceCounts } from '../place-counts.ts';
import type { Rate } from '../rate-limiter.ts';

const rows = 4;
/** In each row; two octets say which. */
const cells = 65_536;
const rateBytes = rows * cells * BigUint64Array.BYTES_PER_ELEMENT;
const placeBytes = rows * cells * Int32Array.BYTES_PER_ELEMENT;
const rates = ['handshakes', 'passwords', 'subscriptions'] as const;
const timesBits = 32n;
const timesMask = (1n << timesBits) - 1n;

/** Memory that all workers on one port count in, and the secret under which what they count finds its cells. Structured-clonable. */
export interface CommonMemory {
  readonly memory: SharedArrayBuffer;
  readonly secret: Uint8Array;
}

/**
 * Counts of all workers together. Each key has one cell in each of four rows, by a hash that nobody outside can know, and the
 * lowest of them counts: never less than it is, and hardly ever more. Nothing is forgotten for lack of room.
 */
export class CommonCounts {
  readonly #common: CommonMemory;

  constructor(common: CommonMemory) {
    this.#common = common;
  }

  static memory(workers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(rates.length * rateBytes + workers * placeBytes);
  }

  /** How often something may happen within so many milliseconds, counted from their multiples on. */
  rate(of: (typeof rates)[number], limit: number, window: number): Rate {
    const { memory } = this.#common;
    const table = new BigUint64Array(memory, rates.indexOf(of) * rateBytes, rows * cells);
    return {
      allows: (key, now, times = 1) => {
        const period = BigInt(Math.floor(now / window));
        let least = timesMask;
        for (const cell of this.#cellsOf(key)) {
          const count = counted(table, cell, period, BigInt(times));
          if (count < least) least = count;
        }
        return least <= BigInt(limit);
      },
      sweep: () => undefined,
    };
  }

  /** How much each place has, at all workers; `index` is the one that counts here. */
  places(index: number): PlaceCounts {
    const { memory } = this.#common;
    const all = new Int32Array(memory, rates.length * rateBytes);
    const width = rows * cells;
    const of = (cell: number): number => {
      let sum = 0;
      for (let at = cell; at < all.length; at += width) sum += Atomics.load(all, at);
      return sum;
    };
    return {
      get: (place) => Math.min(...this.#cellsOf(place).map(of)),
      add: (place, times) => {
        for (const cell of this.#cellsOf(place)) Atomics.add(all, index * width + cell, times);
      },
    };
  }

  /** A worker has ended: it has nothing any more. */
  forget(index: number): void {
    new Int32Array(this.#common.memory, rates.length * rateBytes + index * placeBytes, rows * cells).fill(0);
  }

  #cellsOf(key: string): readonly number[] {
    const hash = createHmac('sha256', this.#common.secret).update(key).digest();
    return Array.from({ length: rows }, (_, row) => row * cells + hash.readUInt16BE(2 * row));
  }
}

/** Counts in a cell: the period in its upper half, how often in its lower one. */
function counted(table: BigUint64Array, cell: number, period: bigint, times: bigint): bigint {
  for (let known = Atomics.load(table, cell); ; ) {
    // Another worker's clock may be a little ahead.
    const isOver = known >> timesBits < period;
    const count = (isOver ? 0n : known & timesMask) + times;
    const bounded = count < 0n ? 0n : count > timesMask ? timesMask : count;
    const next = ((isOver ? period : known >> timesBits) << timesBits) | bounded;
    const before = Atomics.compareExchange(table, cell, known, next);
    if (before === known) return bounded;
    known = before;
  }
}
