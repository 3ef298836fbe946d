import { KitenError } from '@kiten/codec';
import type { Profile } from '../learn/profile.ts';
import { channelsOf, declaredUnits, type StreamDeclaration } from './declaration.ts';
import { type LessonGauges, LessonWatch } from './lesson-watch.ts';
import type { ReadRow } from './payload-reader.ts';
import { RowBin } from './row-bin.ts';
import { type JudgedBy, RowJudge, type RowTerms } from './row-judge.ts';
import type { AlarmWindow } from './stream-report.ts';
import type { StreamVoice } from './stream-voice.ts';
import { UnitWatch } from './unit-watch.ts';
import type { StreamSurroundings } from './watched-stream.ts';

/** How the rows of a stream are doing. */
export interface RowGauges {
  readonly rows: number;
  readonly lesson: LessonGauges | undefined;
  readonly alarm: AlarmWindow | undefined;
  readonly normalSince: number | undefined;
  /** Why it is not judged by what was accepted. */
  readonly problem: string | undefined;
}

/** Rows of a stream, as long as they are of the same channels: forms them, learns from them, judges them. */
export class StreamRows {
  readonly #stream: string;
  readonly #world: StreamSurroundings;
  readonly #voice: StreamVoice;
  readonly judge: RowJudge;
  readonly lesson: LessonWatch;
  /** What its channels are measured in. */
  readonly units: UnitWatch;
  readonly #bin: RowBin | undefined;
  /** What was accepted. */
  #accepted: { readonly profile: Profile; readonly by: JudgedBy } | undefined;
  #problem: string | undefined;
  #count = 0;
  readonly #closed = (at: number, row: Float64Array): void => this.#row(at, row);

  constructor(stream: string, declaration: StreamDeclaration, voice: StreamVoice, world: StreamSurroundings) {
    this.#stream = stream;
    this.#world = world;
    this.#voice = voice;
    const channels = channelsOf(declaration);
    const { binSeconds } = declaration;
    this.units = new UnitWatch(channels, declaredUnits(declaration), (units) => {
      const { until } = this.lesson.lesson ?? {};
      if (until !== undefined) world.tell({ kind: 'heard', stream, until, units });
    });
    this.judge = new RowJudge(
      {
        ...{ stream, channels, voice, budget: world.budget, looks: world.looks },
        alarm: (window) => world.tell({ kind: 'alarm', window }),
        wandered: (from) => world.tell({ kind: 'wandered', stream, ...from }),
      },
      termsOf(declaration),
    );
    this.lesson = new LessonWatch(channels, world.lessons, ({ frame, ...which }) =>
      world.tell({ kind: 'taught', stream, frame: { ...frame, units: this.units.ofLesson }, ...which }),
    );
    this.#bin = binSeconds === undefined ? undefined : new RowBin(channels.length, binSeconds * 1000);
  }

  get gauges(): RowGauges {
    const { alarm, normalSince } = this.judge;
    return {
      ...{ rows: this.#count, lesson: this.lesson.gauges, alarm, normalSince, problem: this.#problem },
    };
  }

  /**
   * What cannot be judged by it is not judged at all, and says why.
   *
   * @throws KitenError `measurement/profile-channels`, `measurement/profile-units`, `measurement/interval-unknown`,
   * `measurement/drift-malformed`
   */
  judgeBy(profile: Profile, by: JudgedBy): void {
    this.#accepted = { profile, by };
    const problem = this.#attempt(() => {
      this.units.judgeBy(this.#stream, profile.units);
      this.judge.judgeBy(profile, by);
    });
    if (problem !== undefined) throw problem;
  }

  /** The same rows are judged by other rules from now on, or said to be in other units. */
  redeclare(declaration: StreamDeclaration): void {
    const before = this.units.ofLesson;
    this.units.declare(declaredUnits(declaration));
    this.#attempt(() => {
      this.judge.retune(termsOf(declaration));
      if (this.#accepted === undefined) return;
      const { profile, by } = this.#accepted;
      this.units.judgeBy(this.#stream, profile.units);
      // It did not fit before.
      if (this.#problem !== undefined) this.judge.judgeBy(profile, by);
    });
    const { lesson } = this.lesson;
    const isOther = this.units.ofLesson.some((unit, at) => unit !== '' && (before[at] || unit) !== unit);
    if (lesson === undefined || !isOther) return;
    this.lesson.stop();
    const problem = 'It was declared in other units while it was being learned: learn it anew.';
    this.#world.tell({ kind: 'unlearned', stream: this.#stream, until: lesson.until, problem });
  }

  /** @returns whether a message is in units that its rows may be judged or learned from in; if not, that is told */
  isInUnits(units: readonly string[] | undefined, at: number): boolean {
    const { isForLesson, problem } = this.units.take(units, () => this.#bin?.flush(this.#closed));
    if (problem !== undefined) {
      this.#voice.fault('unreadable', at, false, { problem });
      this.#world.otherUnits(this.#stream, units ?? [], this.units);
    }
    return problem === undefined || (isForLesson && this.lesson.lesson !== undefined);
  }

  /** @param came when they came, in milliseconds since the Unix epoch */
  take(rows: readonly ReadRow[], came: number): void {
    for (const { at = came, values } of rows)
      if (this.#bin === undefined) this.#row(at, values, came);
      else this.#bin.add(came, values, this.#closed);
  }

  /** Rows whose time is over. */
  close(now: number): void {
    this.#bin?.close(now, this.#closed);
  }

  /** There will be no more of them. */
  end(): void {
    this.lesson.stop();
    this.judge.end();
  }

  #row(at: number, values: Float64Array, came = at): void {
    const { isForLesson, problem } = this.units.standing;
    this.#count++;
    if (isForLesson) this.lesson.push(at, values);
    if (problem !== undefined) return;
    this.judge.push(at, values, came);
    this.#world.compare(this.#stream, at, values, this.units);
  }

  /** @returns why it is not judged from now on, if that can't be */
  #attempt(judging: () => void): KitenError | undefined {
    try {
      judging();
      this.#problem = undefined;
      return undefined;
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      if (this.judge.isJudging) this.#voice.unjudged();
      const wandered = this.judge.stop();
      // It goes on from there if it is judged by the same again.
      if (this.#accepted !== undefined && wandered !== undefined)
        this.#accepted = { ...this.#accepted, by: { ...this.#accepted.by, wandered } };
      this.#problem = error.message;
      return error;
    }
  }
}

function termsOf({ alarmsPerDay, recoverSeconds, follow }: StreamDeclaration): RowTerms {
  const recovery = recoverSeconds === undefined ? undefined : recoverSeconds * 1000;
  return { alarmsPerDay, recovery, follow };
}
