/** Milliseconds. */
const minute = 60_000;

/**
 * Says once a minute that something has changed since, so that no more than a minute of it is lost. Those of many names are
 * spread over the minute.
 */
export class MinuteWatch {
  readonly #phase: number;
  #minute: number | undefined;
  #isChanged = false;

  constructor(name: string) {
    // FNV-1a, 32 bits.
    let hash = 0x811c9dc5;
    for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    this.#phase = (hash >>> 0) % minute;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  change(): void {
    this.#isChanged = true;
  }

  /** What there was is kept, or counts no more. */
  settle(): void {
    this.#isChanged = false;
  }

  /** @param now milliseconds since the Unix epoch */
  isDue(now: number): boolean {
    const before = this.#minute;
    this.#minute = Math.floor((now + this.#phase) / minute);
    return this.#isChanged && before !== undefined && before !== this.#minute;
  }
}
