/** Milliseconds before a thread that ended is started anew: at first, and at most. */
const first = 1_000;
const most = 60_000;

/** How long to wait before something that keeps ending by itself begins again: twice as long each time, until it lasts. */
export class Pauses {
  #next = first;
  #begunAt = 0;

  /** @param now milliseconds of a clock that does not jump */
  begun(now: number): void {
    this.#begunAt = now;
  }

  /** @returns milliseconds until it is to begin again */
  ended(now: number): number {
    if (now - this.#begunAt > most) this.#next = first;
    const pause = this.#next;
    this.#next = Math.min(most, 2 * pause);
    return pause;
  }
}
