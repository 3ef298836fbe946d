import type { Clock } from '@kiten/codec';

/** The longest that a timer of the runtime waits: 2^31 − 1 milliseconds. */
const longestWait = 2_147_483_647;

/** What a schedule needs to know and to be able to do. */
export interface ScheduleOptions {
  readonly clock: Clock;
  /** Least milliseconds from one attempt to the next. */
  readonly publishInterval: number;
  /** Milliseconds after which a checkpoint is signed anew; infinite for never. */
  readonly refreshInterval: number;
  /** Whether there are entries that the checkpoint doesn't cover. */
  readonly isBehind: () => boolean;
  /** Must not reject. */
  readonly publish: (renew: boolean) => Promise<void>;
}

/**
 * Says when to publish: some time after the log has grown, and now and then when it hasn't. How old the checkpoint is
 * that a ledger is opened with isn't known, so it counts as old.
 */
export class PublishSchedule {
  readonly #options: ScheduleOptions;
  #attemptedAt: number;
  #signedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the timer runs and was set for a log that had not grown. */
  #resting = false;
  #stopped = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#attemptedAt = options.clock.now();
    this.#wait();
  }

  /** The log has grown. */
  grown(): void {
    if (this.#resting) this.#wait();
  }

  /** A checkpoint was signed. */
  signed(): void {
    this.#signedAt = this.#options.clock.now();
    this.#attemptedAt = this.#signedAt;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#resting = !this.#options.isBehind();
    const next = this.#untilNextAttempt();
    const wait = this.#resting ? Math.max(next, this.#untilRenewal()) : next;
    this.#timer = setTimeout(() => void this.#attempt(), Math.min(wait, longestWait));
    this.#timer.unref();
  }

  async #attempt(): Promise<void> {
    this.#resting = false;
    const { clock, isBehind, publish } = this.#options;
    const renew = this.#untilRenewal() === 0;
    if (renew || isBehind()) {
      this.#attemptedAt = clock.now();
      await publish(renew);
    }
    this.#wait();
  }

  #untilNextAttempt(): number {
    const { clock, publishInterval } = this.#options;
    return Math.min(publishInterval, Math.max(0, this.#attemptedAt + publishInterval - clock.now()));
  }

  #untilRenewal(): number {
    const { clock, refreshInterval } = this.#options;
    if (refreshInterval === Number.POSITIVE_INFINITY) return refreshInterval;
    const age = clock.now() - (this.#signedAt ?? Number.NEGATIVE_INFINITY);
    // A clock that was stepped back tells no age.
    return age < 0 ? 0 : Math.max(0, refreshInterval - age);
  }
}
