import { KitenError } from '@kiten/codec';
import { Judge } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import { AlarmWatch } from './alarm-watch.ts';
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
  readonly voice: StreamVoice;
  readonly alarm: (window: AlarmWindow) => void;
}

/** Judges the rows of a stream, as soon as there is something to judge them by, and keeps the newest for people. */
export class RowJudge {
  readonly #parts: RowJudgeParts;
  readonly #history: History;
  #alarm: AlarmWatch;
  #judge: Judge | undefined;
  #profile: string | undefined;

  constructor(parts: RowJudgeParts) {
    this.#parts = parts;
    this.#history = new History(parts.channels.length, historyRows, parts.budget);
    this.#alarm = new AlarmWatch(parts.stream, parts.channels);
  }

  /** The alarm that lasts. */
  get alarm(): AlarmWindow | undefined {
    return this.#alarm.window;
  }

  get normalSince(): number | undefined {
    return this.#judge !== undefined && this.#alarm.quiet >= settled ? this.#alarm.quietSince : undefined;
  }

  excerpt(): Excerpt {
    return this.#history.excerpt();
  }

  /** @throws KitenError `measurement/profile-channels` */
  judgeBy(profile: Profile, digest: string): void {
    const { stream, channels, alarmsPerDay } = this.#parts;
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
    this.#alarm = new AlarmWatch(stream, channels);
  }

  /** Normal readings have to come anew before that is said. */
  interrupt(): void {
    this.#alarm.quiet = 0;
  }

  push(at: number, values: Float64Array): void {
    const judge = this.#judge;
    if (judge === undefined) {
      this.#history.push(at, values, 0);
      return;
    }
    const judgement = judge.push(values);
    this.#history.push(at, values, judgement.severity);
    const changed = this.#alarm.push(at, judgement, judge.bySeverity);
    if (changed !== undefined) {
      this.#parts.alarm(changed);
      if (changed.ended === undefined) this.#abnormal(at, changed);
    }
    if (this.#alarm.window === undefined && this.#alarm.quiet >= settled) this.#normal(at);
  }

  #abnormal(at: number, { began, severity, sees, channels }: AlarmWindow): void {
    const excerpt = this.#history.excerpt(excerptRows);
    const what = { severity, sees, channels, excerpt, ...this.#judgedBy() };
    this.#parts.voice.abnormal({ at, since: began, count: 1, ...what });
  }

  #normal(at: number): void {
    const { voice, recovery } = this.#parts;
    const { quiet: count, quietSince: since } = this.#alarm;
    voice.normal({ at, since, count, ...this.#judgedBy() }, recovery);
  }

  #judgedBy(): { readonly profile?: string } {
    return this.#profile === undefined ? {} : { profile: this.#profile };
  }
}
