import { KitenError, type Verify } from '@kiten/codec';
import type { OwnEvidence } from '../cross/own-evidence.ts';
import type { Drift } from '../follow/follow.ts';
import type { StreamMemory } from '../freshness/freshness.ts';
import type { Profile } from '../learn/profile.ts';
import { channelsOf, declaredUnits } from './declaration.ts';
import type { LookBudget } from './followed-alarms.ts';
import type { HistoryBudget } from './history.ts';
import type { Lesson, LessonBudget, LessonEnd } from './lesson.ts';
import { type LessonGauges, LessonWatch } from './lesson-watch.ts';
import { PackWatch } from './pack-watch.ts';
import type { ReadMessage } from './payload-reader.ts';
import { readPack } from './read-pack.ts';
import { ownEvidenceOf } from './relation-board.ts';
import { RowBin } from './row-bin.ts';
import { type JudgedBy, RowJudge } from './row-judge.ts';
import type { StreamKind } from './stream-kind.ts';
import type { AlarmWindow, Excerpt, StreamReport } from './stream-report.ts';
import { type Said, StreamVoice } from './stream-voice.ts';
import { UnitWatch } from './unit-watch.ts';

export interface StreamSurroundings {
  readonly tell: (report: StreamReport) => void;
  readonly budget: HistoryBudget;
  readonly looks: LookBudget;
  readonly lessons: LessonBudget;
  readonly verify: Verify;
  /** A row of a stream, for whoever compares it with others. */
  readonly compare: (stream: string, at: number, values: Float64Array) => void;
  /** DER SubjectPublicKeyInfo of what a device may sign with, its certificates'; `undefined` until they are known. */
  readonly keysOf: (device: string) => readonly Uint8Array[] | undefined;
}

/** One message of the stream. */
export interface StreamMessage {
  readonly payload: Uint8Array;
  readonly at: number;
  readonly channel: string | undefined;
  readonly duplicate: boolean;
}

/** How a stream is doing, for people. */
export interface StreamGauges {
  readonly messages: number;
  readonly rows: number;
  readonly lastAt: number | undefined;
  readonly lesson: LessonGauges | undefined;
  readonly alarm: AlarmWindow | undefined;
  readonly normalSince: number | undefined;
  readonly isSilent: boolean;
  readonly memory: StreamMemory | undefined;
  /** How far its normal has wandered from what was accepted, the farthest channel first; `undefined` if it is not followed. */
  readonly drift: readonly Drift[] | undefined;
}

/** One stream: takes its messages, forms rows, learns or judges them. */
export class WatchedStream {
  readonly stream: string;
  readonly device: string;
  /** What its channels are measured in. */
  readonly units: UnitWatch;
  readonly #kind: StreamKind;
  readonly #world: StreamSurroundings;
  readonly #channels: readonly string[];
  readonly #voice: StreamVoice;
  readonly #packs: PackWatch;
  readonly #rowJudge: RowJudge;
  readonly #bin: RowBin | undefined;
  readonly #lesson: LessonWatch;
  #messages = 0;
  #rows = 0;
  #lastAt: number | undefined;
  #isSilent = false;
  readonly #closed = (at: number, row: Float64Array): void => this.#row(at, row);

  constructor(stream: string, device: string, kind: StreamKind, world: StreamSurroundings) {
    this.stream = stream;
    this.device = device;
    this.#kind = kind;
    this.#world = world;
    const { binSeconds, alarmsPerDay, recoverSeconds, follow } = kind.declaration;
    this.#channels = channelsOf(kind.declaration);
    this.units = new UnitWatch(this.#channels, declaredUnits(kind.declaration));
    this.#voice = new StreamVoice((said) => this.#tell(said));
    this.#packs = new PackWatch(this.#voice);
    this.#rowJudge = new RowJudge({
      ...{ stream, alarmsPerDay, channels: this.#channels, voice: this.#voice, budget: world.budget },
      ...{ looks: world.looks, follow },
      recovery: recoverSeconds === undefined ? undefined : recoverSeconds * 1000,
      alarm: (window) => world.tell({ kind: 'alarm', window }),
      wandered: (from) => world.tell({ kind: 'wandered', stream, ...from }),
    });
    this.#lesson = new LessonWatch(this.#channels, world.lessons, ({ frame, ...which }) => {
      world.tell({ kind: 'taught', stream, frame: { ...frame, units: this.units.ofLesson }, ...which });
    });
    this.#bin = binSeconds === undefined ? undefined : new RowBin(this.#channels.length, binSeconds * 1000);
  }

  get gauges(): StreamGauges {
    return {
      messages: this.#messages,
      rows: this.#rows,
      lastAt: this.#lastAt,
      lesson: this.#lesson.gauges,
      alarm: this.#rowJudge.alarm,
      normalSince: this.#rowJudge.normalSince,
      isSilent: this.#isSilent,
      memory: this.#packs.memory,
      drift: this.#rowJudge.drift,
    };
  }

  /** What is known of it, for whoever compares it with others. */
  get evidence(): OwnEvidence {
    const { alarm, normalSince } = this.#rowJudge;
    const { freshness } = this.#voice;
    return ownEvidenceOf({
      ...{ alarm, isJudged: normalSince !== undefined },
      ...(freshness === undefined ? {} : { freshness }),
    });
  }

  excerpt(): Excerpt {
    return this.#rowJudge.excerpt();
  }

  remember(memory: StreamMemory): void {
    this.#packs.remember(memory);
  }

  /** Gathers readings to learn from. What it was judged by stays until something else was learned and accepted. */
  learn(end: LessonEnd): void {
    this.units.begin();
    this.#lesson.begin(end);
  }

  /** What is being gathered. */
  get lesson(): Lesson | undefined {
    return this.#lesson.lesson;
  }

  stopLearning(): void {
    this.#lesson.stop();
  }

  /** An alarm that lasted when judging stopped. */
  resume(alarm: AlarmWindow, at: number): void {
    this.#rowJudge.resume(alarm, at);
  }

  /** @throws KitenError `measurement/profile-channels`, `measurement/interval-unknown`, `measurement/drift-malformed` */
  judgeBy(profile: Profile, by: JudgedBy): void {
    this.#rowJudge.judgeBy(profile, by);
    this.units.judgeBy(profile.units);
    this.restate();
  }

  /** What holds is said again with the next readings: somebody cleared what spoke against it. */
  restate(): void {
    this.#voice.restate();
  }

  /** @returns whether there is something to be remembered: {@link settle} tells it */
  take(message: StreamMessage): boolean {
    this.#messages++;
    const read = this.#read(message);
    if (read === undefined) return false;
    const isFresh = read.pack === undefined || this.#packs.isFresh(read.pack, message);
    if (isFresh && !this.#isInUnits(read, message.at)) return this.#packs.isDirty;
    this.#lastAt = message.at;
    this.#isSilent = false;
    if (!isFresh) return this.#packs.isDirty;
    for (const { at = message.at, values } of read.rows)
      if (this.#bin === undefined) this.#row(at, values, message.at);
      else this.#bin.add(message.at, values, this.#closed);
    return this.#packs.isDirty;
  }

  /** Does what is due. */
  look(now: number): void {
    this.#bin?.close(now, this.#closed);
    this.settle();
    this.#rowJudge.look(now);
    this.#lesson.look(now);
    const { silenceSeconds } = this.#kind.declaration;
    if (this.#isSilent || this.#lastAt === undefined || now - this.#lastAt < silenceSeconds * 1000) return;
    this.#isSilent = true;
    this.#rowJudge.interrupt();
    this.#voice.silent({ at: now, since: this.#lastAt, count: this.#messages });
  }

  /** Judging is to end. */
  close(): void {
    this.#rowJudge.tellWandered();
  }

  /** Tells what is to be remembered. */
  settle(): void {
    const memory = this.#packs.settle();
    if (memory !== undefined) this.#world.tell({ kind: 'remember', stream: this.stream, memory });
  }

  #read({ payload, at, channel }: StreamMessage): ReadMessage | undefined {
    try {
      const { declaration, key, read } = this.#kind;
      if (declaration.form !== 'pack') return read({ payload, at, channel });
      const keys = key === undefined ? this.#world.keysOf(this.device) : [key];
      if (keys === undefined) return undefined;
      const { stream } = this;
      return readPack(payload, at, { stream, fields: declaration.fields, verify: this.#world.verify, keys });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      const isForged = error.code === 'measurement/pack-signature';
      const problem = error.message.slice(0, 200);
      this.#voice.fault(isForged ? 'forged' : 'unreadable', at, isForged, { problem });
      return undefined;
    }
  }

  /** What is said in other units is not judged; it is learned from where the whole lesson is in them. */
  #isInUnits({ units }: ReadMessage, at: number): boolean {
    const { isForLesson, problem } = this.units.take(units, () => this.#bin?.flush(this.#closed));
    if (problem !== undefined) this.#voice.fault('unreadable', at, false, { problem });
    return problem === undefined || (isForLesson && this.lesson !== undefined);
  }

  #row(at: number, values: Float64Array, came = at): void {
    const { isForLesson, problem } = this.units.standing;
    this.#rows++;
    if (isForLesson) this.#lesson.push(at, values);
    if (problem !== undefined) return;
    this.#rowJudge.push(at, values, came);
    this.#world.compare(this.stream, at, values);
  }

  /** A pack counts once what is remembered of it will be kept: that is told first. */
  #tell(said: Said): void {
    this.settle();
    this.#world.tell({ kind: 'concluded', conclusion: { stream: this.stream, ...said } });
  }
}
