/** Counts how often something happens within a while. */
export interface Rate {
  /** Counts it, `times` times; says whether that is still within the limit. */
  allows(key: string, now: number, times?: number): boolean;
  /** Forgets what is over. */
  sweep(now: number): void;
}

/** For each of a bounded number of keys, the while beginning with the first time. */
export class RateLimiter implements Rate {
  readonly #limit: number;
  readonly #window: number;
  readonly #keys: number;
  /** The key that was begun with first comes first. */
  readonly #counts = new Map<string, { readonly since: number; count: number }>();

  /** `limit` times within `window` milliseconds; of more than `keys` the oldest is forgotten. */
  constructor(limit: number, window: number, keys: number) {
    this.#limit = limit;
    this.#window = window;
    this.#keys = keys;
  }

  allows(key: string, now: number, times = 1): boolean {
    let known = this.#counts.get(key);
    if (known === undefined || now - known.since >= this.#window) {
      this.#counts.delete(key);
      if (this.#counts.size >= this.#keys) this.#forgetOldest();
      known = { since: now, count: 0 };
      this.#counts.set(key, known);
    }
    known.count += times;
    return known.count <= this.#limit;
  }

  sweep(now: number): void {
    for (const [key, { since }] of this.#counts) {
      if (now - since < this.#window) return;
      this.#counts.delete(key);
    }
  }

  #forgetOldest(): void {
    for (const key of this.#counts.keys()) {
      this.#counts.delete(key);
      return;
    }
  }
}
