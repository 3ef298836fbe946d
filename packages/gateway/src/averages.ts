/** Minutes that a rate is averaged over, as the load averages of Unix are. */
export const spans = [1, 5, 15] as const;

/**
 * How much of something there is a minute: exponentially weighted, so that what is long over counts less and less.
 * Before anything was counted it is 0.
 */
export class Averages {
  readonly values: [number, number, number] = [0, 0, 0];
  #total = 0;

  /** Takes in what a counter has come to, `elapsed` milliseconds after the last time. */
  take(total: number, elapsed: number): void {
    const minutes = elapsed / 60_000;
    if (minutes <= 0) return;
    const rate = (total - this.#total) / minutes;
    this.#total = total;
    for (const [index, span] of spans.entries()) {
      const weight = Math.exp(-minutes / span);
      this.values[index] = rate + ((this.values[index] as number) - rate) * weight;
    }
  }
}
