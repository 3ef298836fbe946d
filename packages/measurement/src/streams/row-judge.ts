import { KitenError } from '@kiten/codec';
import { type Drift, driftsOf, type FollowOptions } from '../follow/follow.ts';
import type { FollowRules, Wandered } from '../follow/follower.ts';
import { Judge } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import { abnormalOf, FollowedAlarms, type LookBudget } from './followed-alarms.ts';
import { History, type HistoryBudget } from './history.ts';
import { MinuteWatch } from './minute-watch.ts';
import type { AlarmWindow, Excerpt, WanderedFrom } from './stream-report.ts';
import { StreamTime } from './stream-time.ts';
import type { StreamVoice } from './stream-voice.ts';

/** Rows that judging takes to settle, and that say that a stream is normal. */
const settled = 20;
const historyRows = 600;
const excerptRows = 30;

/** By what rules rows are judged. */
export interface RowTerms {
  readonly alarmsPerDay: number;
  /** Milliseconds of normal readings that take an alarm back. */
  readonly recovery: number | undefined;
  /** How far its normal may wander, if it is followed. */
  readonly follow: FollowRules | undefined;
}

export interface RowJudgeParts {
  readonly stream: string;
  readonly channels: readonly string[];
  readonly budget: HistoryBudget;
  readonly looks: LookBudget;
  readonly voice: StreamVoice;
  readonly alarm: (window: AlarmWindow) => void;
  /** Told once a minute, at the end, and when it is followed no more. */
  readonly wandered: (from: WanderedFrom) => void;
}

/** What a stream is judged by: SHA-256 of its profile, hexadecimal, and where normal had wandered to from there before. */
export interface JudgedBy {
  readonly digest: string;
  readonly wandered?: Wandered;
}

/** Judges the rows of a stream, as soon as there is something to judge them by, and keeps the newest for people. */
export class RowJudge {
  readonly #parts: RowJudgeParts;
  readonly #history: History;
  #alarms: FollowedAlarms | undefined;
  #judge: Judge | undefined;
  #profile: { readonly profile: Profile; readonly digest: string } | undefined;
  readonly #time = new StreamTime();
  readonly #wandering: MinuteWatch;
  #terms: RowTerms;

  constructor(parts: RowJudgeParts, terms: RowTerms) {
    this.#parts = parts;
    this.#terms = terms;
    this.#history = new History(parts.channels.length, historyRows, parts.budget);
    this.#wandering = new MinuteWatch(parts.stream);
  }

  get isJudging(): boolean {
    return this.#judge !== undefined;
  }

  /** The alarm that lasts. */
  get alarm(): AlarmWindow | undefined {
    return this.#alarms?.watch.window;
  }

  get normalSince(): number | undefined {
    const { quiet = 0, quietSince } = this.#alarms?.watch ?? {};
    return quiet >= settled ? quietSince : undefined;
  }

  /** How far its normal has wandered from what was accepted; `undefined` if it is not followed. */
  get drift(): readonly Drift[] | undefined {
    const [wandered, by] = [this.#judge?.wandered, this.#profile];
    return wandered === undefined || by === undefined ? undefined : driftsOf(by.profile, wandered);
  }

  excerpt(): Excerpt {
    return this.#history.excerpt();
  }

  /** @throws KitenError `measurement/profile-channels`, `measurement/interval-unknown`, `measurement/drift-malformed` */
  judgeBy(profile: Profile, { digest, wandered }: JudgedBy): void {
    const { stream, channels, looks } = this.#parts;
    if (
      profile.channels.length !== channels.length ||
      profile.channels.some((each, at) => each !== channels[at])
    )
      throw new KitenError(
        'measurement/profile-channels',
        `The profile is of other channels than the stream ${stream} has.`,
      );
    this.#begin(profile, digest, wandered);
    this.#endAlarm();
    this.#alarms = new FollowedAlarms(stream, profile, () => this.#history.recent(), looks);
  }

  /**
   * It is judged by other rules from now on: by the same profile, from where normal has wandered to. An alarm that lasts goes on.
   *
   * @throws KitenError `measurement/interval-unknown`
   */
  retune(terms: RowTerms): void {
    const before = this.#terms;
    this.#terms = terms;
    const isSame = before.alarmsPerDay === terms.alarmsPerDay && areSame(before.follow, terms.follow);
    if (isSame || this.#profile === undefined) return;
    this.tellWandered();
    const { profile, digest } = this.#profile;
    this.#begin(profile, digest, this.#judge?.wandered);
  }

  /** It is judged no more. @returns where normal had wandered to, if it was followed */
  stop(): Wandered | undefined {
    this.tellWandered();
    const { wandered } = this.#judge ?? {};
    this.#endAlarm();
    [this.#judge, this.#alarms, this.#profile] = [undefined, undefined, undefined];
    return wandered;
  }

  /** There will be no more rows. */
  end(): void {
    this.stop();
    this.#history.end();
  }

  /** An alarm that lasted when judging stopped. */
  resume(window: AlarmWindow, at: number): void {
    this.#alarms?.watch.resume(window, at);
  }

  /** Normal readings have to come anew before that is said. */
  interrupt(): void {
    if (this.#alarms !== undefined) this.#alarms.watch.quiet = 0;
  }

  /** @param came when the row came; `at`, when it was, as it says. Milliseconds since the Unix epoch */
  push(at: number, values: Float64Array, came: number): void {
    const [judge, alarms] = [this.#judge, this.#alarms];
    if (judge === undefined || alarms === undefined) {
      this.#history.push(at, values, 0);
      return;
    }
    const judgement = judge.push(values, this.#time.pass(at, came));
    this.#wandering.change();
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

  /** Does what is due. */
  look(now: number): void {
    if (this.#wandering.isDue(now)) this.tellWandered();
  }

  /** Tells where normal has wandered to, if it has since it was told last. */
  tellWandered(): void {
    const [wandered, by] = [this.#judge?.wandered, this.#profile];
    if (!this.#wandering.isChanged || wandered === undefined || by === undefined) return;
    this.#wandering.settle();
    this.#parts.wandered({ profile: by.digest, wandered });
  }

  #begin(profile: Profile, digest: string, from: Wandered | undefined): void {
    const { alarmsPerDay, follow: rules } = this.#terms;
    const follow: FollowOptions | undefined = rules && { rules, ...(from && { from }) };
    this.#judge = new Judge(profile, { alarmsPerDay, ...(follow && { follow }) });
    this.#profile = { profile, digest };
    this.#wandering.settle();
    // What is followed no more is where it was accepted, also if it is followed again.
    if (rules === undefined && from !== undefined) this.#parts.wandered({ profile: digest });
  }

  #endAlarm(): void {
    const over = this.#alarms?.watch.close();
    if (over !== undefined) this.#parts.alarm(over);
  }

  #abnormal(at: number, window: AlarmWindow): void {
    const excerpt = this.#history.excerpt(excerptRows);
    this.#parts.voice.abnormal({ at, count: 1, ...abnormalOf(window), excerpt, ...this.#judgedBy() });
  }

  #normal(at: number, since: number, count: number): void {
    this.#parts.voice.normal({ at, since, count, ...this.#judgedBy() }, this.#terms.recovery);
  }

  #judgedBy(): { readonly profile?: string } {
    return this.#profile === undefined ? {} : { profile: this.#profile.digest };
  }
}

function areSame(one: FollowRules | undefined, other: FollowRules | undefined): boolean {
  return one?.perDay === other?.perDay && one?.most === other?.most;
}
