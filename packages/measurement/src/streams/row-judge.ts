import { KitenError } from '@kiten/codec';
import { Judge } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import { abnormalOf, FollowedAlarms, type LookBudget } from './followed-alarms.ts';
import { History, type HistoryBudget } from './history.ts';
import type { AlarmWindow, Excerpt } from './stream-report.ts';
import type { StreamVoice } from './stream-voice.ts';

/** Rows that judging takes to settle, and that say that a stream is normal. */
const settled = 20;
const historyRows = 600;
const excerptRows = 30;

export interface RowJudgeParts {
  readonly stream: string;
  readonly channels: readonly string[];
  readonly alarmsPerDay: number;
  /** Milliseconds of normal readings that take an alarm back. */
  readonly recovery: number | undefined;
  readonly budget: HistoryBudget;
  readonly looks: LookBudget;
  readonly voice: StreamVoice;
  readonly alarm: (window: AlarmWindow) => void;
}

/** Judges the rows of a stream, as soon as there is something to judge them by, and keeps the newest for people. */
export class RowJudge {
  readonly #parts: RowJudgeParts;
  readonly #history: History;
  #alarms: FollowedAlarms | undefined;
  #judge: Judge | undefined;
  #profile: string | undefined;

  constructor(parts: RowJudgeParts) {
    this.#parts = parts;
    this.#history = new History(parts.channels.length, historyRows, parts.budget);
  }

  /** The alarm that lasts. */
  get alarm(): AlarmWindow | undefined {
    return this.#alarms?.watch.window;
  }

  get normalSince(): number | undefined {
    const { quiet = 0, quietSince } = this.#alarms?.watch ?? {};
    return quiet >= settled ? quietSince : undefined;
  }

  excerpt(): Excerpt {
    return this.#history.excerpt();
  }

  /** @throws KitenError `measurement/profile-channels` */
  judgeBy(profile: Profile, digest: string): void {
    const { stream, channels, alarmsPerDay, looks } = this.#parts;
    if (
      profile.channels.length !== channels.length ||
      profile.channels.some((each, at) => each !== channels[at])
    )
      throw new KitenError(
        'measurement/profile-channels',
        `The profile is of other channels than the stream ${stream} has.`,
      );
    this.#judge = new Judge(profile, { alarmsPerDay });
    this.#profile = digest;
    const over = this.#alarms?.watch.close();
    this.#alarms = new FollowedAlarms(stream, profile, () => this.#history.recent(), looks);
    if (over !== undefined) this.#parts.alarm(over);
  }

  /** An alarm that lasted when judging stopped. */
  resume(window: AlarmWindow, at: number): void {
    this.#alarms?.watch.resume(window, at);
  }

  /** Normal readings have to come anew before that is said. */
  interrupt(): void {
    if (this.#alarms !== undefined) this.#alarms.watch.quiet = 0;
  }

  push(at: number, values: Float64Array): void {
    const [judge, alarms] = [this.#judge, this.#alarms];
    if (judge === undefined || alarms === undefined) {
      this.#history.push(at, values, 0);
      return;
    }
    const judgement = judge.push(values);
    this.#history.push(at, values, judgement.severity);
    const news = alarms.push(at, judgement, judge.bySeverity);
    if (news !== undefined) {
      this.#parts.alarm(news.window);
      if (news.isToldAnew) this.#abnormal(at, news.window);
    }
    const { window, quiet, quietSince } = alarms.watch;
    // Somebody cleared what was found, and it is so still.
    if (window !== undefined && judgement.isAlarm && this.#parts.voice.isUnsaid) this.#abnormal(at, window);
    if (window === undefined && quiet >= settled) this.#normal(at, quietSince, quiet);
  }

  #abnormal(at: number, window: AlarmWindow): void {
    const excerpt = this.#history.excerpt(excerptRows);
    this.#parts.voice.abnormal({ at, count: 1, ...abnormalOf(window), excerpt, ...this.#judgedBy() });
  }

  #normal(at: number, since: number, count: number): void {
    const { voice, recovery } = this.#parts;
    voice.normal({ at, since, count, ...this.#judgedBy() }, recovery);
  }

  #judgedBy(): { readonly profile?: string } {
    return this.#profile === undefined ? {} : { profile: this.#profile };
  }
}
