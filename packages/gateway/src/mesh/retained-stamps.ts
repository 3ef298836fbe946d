/** Workers of one gateway at most. */
export const mostWorkers = 64;
/** Milliseconds after which nothing is on its way any more that was retained before a topic was cleared. */
const remembered = 60_000;

/**
 * Orders what all workers retain: each change has a stamp of its own that is higher than all that its worker had seen
 * (a Lamport clock), and everywhere the highest stamp of a topic wins, in whatever order they come.
 */
export class RetainedStamps {
  readonly #worker: number;
  #latest = 0;
  /** Topics that were cleared, and as what; the oldest first. */
  readonly #cleared = new Map<string, { readonly stamp: number; readonly at: number }>();
  readonly #now: () => number;

  constructor(worker: number, now: () => number) {
    this.#worker = worker;
    this.#now = now;
  }

  next(): number {
    this.#latest++;
    return this.#latest * mostWorkers + this.#worker;
  }

  see(stamp: number): void {
    this.#latest = Math.max(this.#latest, Math.floor(stamp / mostWorkers));
  }

  cleared(topic: string, stamp = this.next()): void {
    this.#cleared.delete(topic);
    this.#cleared.set(topic, { stamp, at: this.#now() });
  }

  clearedAs(topic: string): number | undefined {
    return this.#cleared.get(topic)?.stamp;
  }

  /** It has a message again. */
  forget(topic: string): void {
    this.#cleared.delete(topic);
  }

  get allCleared(): Iterable<readonly [topic: string, stamp: number]> {
    return [...this.#cleared].map(([topic, { stamp }]) => [topic, stamp] as const);
  }

  sweep(): void {
    for (const [topic, { at }] of this.#cleared) {
      if (this.#now() - at < remembered) return;
      this.#cleared.delete(topic);
    }
  }
}
