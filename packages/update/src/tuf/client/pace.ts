import { type Clock, KitenError } from '@kiten/codec';

/** How fast a retrieval has to be. */
export interface PaceLimits {
  /** Milliseconds for all of it. */
  readonly deadline: number;
  /** Octets a second, over each window. */
  readonly minimumRate: number;
  /** Milliseconds. */
  readonly rateWindow: number;
}

/** Longer than this no timer is set for: Node takes 2^31 − 1 milliseconds at most. */
const longestTimer = 2 ** 31 - 1;

/**
 * Watches over the speed of a retrieval: the rate is held against a window at a time, since one that began fast could
 * drag on for hours on its average.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  readonly #end: number;
  #windowEnd: number;
  #inWindow = 0;

  constructor(clock: Clock, limits: PaceLimits) {
    this.#clock = clock;
    this.#limits = limits;
    const now = clock.now();
    this.#end = now + limits.deadline;
    this.#windowEnd = now + limits.rateWindow;
  }

  /** Counts octets that have arrived. @throws KitenError `update/retrieval-slow`, `update/retrieval-deadline`. */
  received(octets: number): void {
    this.#inWindow += octets;
    this.#check();
  }

  /** What a promise yields, unless it takes too long. @throws as {@link received}. */
  async within<T>(promise: Promise<T>): Promise<T> {
    // It is looked at no more once time is up; that it fails then is no failure of the program.
    promise.catch(() => undefined);
    for (;;) {
      const timer = this.#timer();
      try {
        const first = await Promise.race([promise.then((value) => ({ value })), timer.fired]);
        if (first !== undefined) return first.value;
      } finally {
        timer.clear();
      }
      this.#check();
    }
  }

  #check(): void {
    const now = this.#clock.now();
    if (now >= this.#end) {
      throw new KitenError(
        'update/retrieval-deadline',
        `The retrieval has taken longer than ${this.#limits.deadline} ms.`,
      );
    }
    if (now < this.#windowEnd) return;
    if (this.#inWindow < (this.#limits.minimumRate * this.#limits.rateWindow) / 1000) {
      throw new KitenError(
        'update/retrieval-slow',
        `Less than ${this.#limits.minimumRate} octets a second arrive.`,
      );
    }
    this.#inWindow = 0;
    this.#windowEnd = now + this.#limits.rateWindow;
  }

  #timer(): { readonly fired: Promise<undefined>; clear(): void } {
    const wait = Math.min(this.#end, this.#windowEnd) - this.#clock.now();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), Math.min(Math.max(wait, 1), longestTimer));
    return { fired: promise, clear: () => clearTimeout(timer) };
  }
}
