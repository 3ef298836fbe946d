import type { Random } from '../tpm/session.ts';

const least = 1_000;
const most = 300_000;

/** Waits between attempts that double, up to five minutes, each by half at random: a fleet must not come back as one. */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const whole = Math.min(most, least * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    return whole / 2 + (whole / 2) * this.share();
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** 0 to 1, at random. */
  share(): number {
    return this.#random(1)[0]! / 256;
  }
}
