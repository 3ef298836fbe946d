/** One thing that the console or a script may want to hear of. */
export interface SiteEvent {
  /** Grows by one; unique only together with the hub's `run`. */
  readonly id: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const KEPT = 4096;

/** Hands what happens to whoever listens, and keeps the last few thousand for those who come back. */
export class EventHub {
  /** Distinguishes this run of the site from an earlier one, whose ids mean nothing now. */
  readonly run: string;
  readonly #kept: SiteEvent[] = [];
  readonly #listeners = new Set<(event: SiteEvent) => void>();
  #next = 1;

  constructor(run: string) {
    this.run = run;
  }

  publish(type: string, data: Readonly<Record<string, unknown>>): void {
    const event = { id: this.#next++, type, data };
    this.#kept.push(event);
    if (this.#kept.length > KEPT * 2) this.#kept.splice(0, KEPT);
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns the events after `id`, or undefined if they are no longer kept or are of another run. */
  since(run: string, id: number): readonly SiteEvent[] | undefined {
    const oldest = this.#kept[0]?.id ?? this.#next;
    if (run !== this.run || id < oldest - 1 || id >= this.#next) return undefined;
    return this.#kept.slice(id - oldest + 1);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: (event: SiteEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
