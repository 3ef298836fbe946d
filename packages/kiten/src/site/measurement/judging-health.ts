import type { Clock } from '@kiten/codec';
import type { Logger } from 'pino';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Warning } from '../services.ts';

export interface JudgingHealthParts {
  readonly journal: Pick<Journal, 'record'>;
  readonly hub: Pick<EventHub, 'publish'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Whether readings are judged. Times in milliseconds since the Unix epoch. */
export interface JudgingState {
  /** Since when they are not. */
  readonly stoppedAt?: number;
  readonly problem?: string;
  /** Messages that were not judged since the site started, and when that was told last. */
  readonly missed: number;
  readonly missedAt?: number;
}

/** Milliseconds: what was missed is put into the log together, and no more often than that. */
const gathering = 2_000;
const between = 60_000;
/** For so long after it was told last, it is a warning. */
const shown = 3_600_000;

/** Keeps account of readings that nobody judged, so that it is no secret. */
export class JudgingHealth {
  readonly #parts: JudgingHealthParts;
  #state: JudgingState = { missed: 0 };
  #untold = 0;
  #since = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #recorded: Promise<unknown> = Promise.resolve();

  constructor(parts: JudgingHealthParts) {
    this.#parts = parts;
  }

  get state(): JudgingState {
    return this.#state;
  }

  /** The thread that judges ended; another one takes its place in so many milliseconds. */
  ended(cause: unknown, again: number): void {
    const now = this.#parts.clock.now();
    const problem = (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
    this.#parts.logger.error(
      { err: cause, code: 'kiten/stream-worker', again },
      'the thread that judges readings has ended',
    );
    this.#state = { ...this.#state, stoppedAt: this.#state.stoppedAt ?? now, problem };
    this.#record('judging/stopped', { problem, seconds: again / 1000 });
  }

  resumed(): void {
    const { stoppedAt, problem: _, ...rest } = this.#state;
    if (stoppedAt === undefined) return;
    this.#state = rest;
    const seconds = Math.round((this.#parts.clock.now() - stoppedAt) / 1000);
    this.#record('judging/resumed', { seconds });
  }

  /** So many messages were not judged: nobody was there, or there was no room. */
  missed(messages: number): void {
    const now = this.#parts.clock.now();
    if (this.#untold === 0) this.#since = now;
    this.#untold += messages;
    this.#state = { ...this.#state, missed: this.#state.missed + messages, missedAt: now };
    const due = Math.max(gathering, this.#toldAt + between - now);
    this.#timer ??= setTimeout(() => this.#flush(), due).unref();
  }

  /** Resolves when what was missed is in the log. */
  async stop(): Promise<void> {
    this.#flush();
    await this.#recorded;
  }

  /** Puts into the log what was missed. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#untold === 0) return;
    this.#toldAt = this.#parts.clock.now();
    const data = { messages: this.#untold, since: this.#since };
    this.#untold = 0;
    this.#record('judging/missed', data);
  }

  warnings(): readonly Warning[] {
    const { stoppedAt, problem, missed, missedAt } = this.#state;
    const isRecent = missedAt !== undefined && this.#parts.clock.now() - missedAt < shown;
    return [
      ...(stoppedAt === undefined
        ? []
        : [
            {
              code: 'kiten/stream-worker',
              message: `readings are not judged since ${moment(stoppedAt)}: the thread that judges ended (${problem}) and is started anew`,
            },
          ]),
      ...(isRecent
        ? [
            {
              code: 'kiten/readings-unjudged',
              message: `${missed} messages with readings were not judged since the site started, the last at ${moment(missedAt)}`,
            },
          ]
        : []),
    ];
  }

  #record(type: string, data: Readonly<Record<string, string | number>>): void {
    const { journal, hub, clock, logger } = this.#parts;
    const at = clock.now();
    hub.publish('stream', { outcome: type, at });
    this.#recorded = journal
      .record({ type, at, actor: 'site', data })
      .catch((error: unknown) => logger.error({ err: error }, 'what became of judging could not be logged'));
  }
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
