import type { Clock } from '@kiten/codec';

/** More than are ever waiting, unless somebody floods; the oldest go then. */
const MOST = 1000;

/** What was asked of a browser and not answered yet: each can be answered once, for a while. */
export class Challenges<T> {
  readonly #clock: Clock;
  readonly #lifetime: number;
  readonly #waiting = new Map<string, { readonly value: T; readonly expiresAt: number }>();

  /** @param lifetime in milliseconds */
  constructor(clock: Clock, lifetime: number) {
    this.#clock = clock;
    this.#lifetime = lifetime;
  }

  put(challenge: string, value: T): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MOST && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(challenge, { value, expiresAt: this.#clock.now() + this.#lifetime });
  }

  /** What was put for it, the first time that somebody asks and in time. */
  take(challenge: string): T | undefined {
    const found = this.#waiting.get(challenge);
    this.#waiting.delete(challenge);
    return found === undefined || found.expiresAt <= this.#clock.now() ? undefined : found.value;
  }
}
