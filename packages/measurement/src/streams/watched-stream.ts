import { KitenError, type Verify } from '@kiten/codec';
import type { OwnEvidence } from '../cross/own-evidence.ts';
import type { Drift } from '../follow/follow.ts';
import type { Profile } from '../learn/profile.ts';
import { counterOf, hasSameRows, type StreamOrigin } from './declaration-change.ts';
import type { LookBudget } from './followed-alarms.ts';
import type { HistoryBudget } from './history.ts';
import type { Lesson, LessonBudget, LessonEnd } from './lesson.ts';
import { type CountedMemory, PackWatch } from './pack-watch.ts';
import type { ReadMessage } from './payload-reader.ts';
import { noKeyOf, readPack } from './read-pack.ts';
import { ownEvidenceOf } from './relation-board.ts';
import type { JudgedBy } from './row-judge.ts';
import type { StreamKind } from './stream-kind.ts';
import type { AlarmWindow, Excerpt, StreamReport } from './stream-report.ts';
import { type RowGauges, StreamRows } from './stream-rows.ts';
import { type Said, StreamVoice } from './stream-voice.ts';
import type { UnitWatch } from './unit-watch.ts';

export interface StreamSurroundings {
  readonly tell: (report: StreamReport) => void;
  readonly budget: HistoryBudget;
  readonly looks: LookBudget;
  readonly lessons: LessonBudget;
  readonly verify: Verify;
  /** A row of a stream, for whoever compares it with others. */
  readonly compare: (stream: string, at: number, values: Float64Array, units: UnitWatch) => void;
  /** A message of a stream that says other units than the stream is measured in: its rows are compared with nothing. */
  readonly otherUnits: (stream: string, says: readonly string[], units: UnitWatch) => void;
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
export interface StreamGauges extends RowGauges {
  readonly messages: number;
  readonly lastAt: number | undefined;
  readonly isSilent: boolean;
  readonly memory: CountedMemory | undefined;
  /** How far its normal has wandered from what was accepted, the farthest channel first; `undefined` if it is not followed. */
  readonly drift: readonly Drift[] | undefined;
}

/** One stream: takes its messages, finds out whether they are fresh, and what is said of it. */
export class WatchedStream {
  readonly stream: string;
  readonly device: string;
  readonly topic: string;
  #kind: StreamKind;
  readonly #world: StreamSurroundings;
  readonly #voice: StreamVoice;
  readonly #packs: PackWatch;
  #rows: StreamRows;
  #messages = 0;
  #lastAt: number | undefined;
  #isSilent = false;
  /** When it was looked at first: one that says nothing after a restart is silent, too. */
  #began: number | undefined;

  constructor({ stream, device, topic }: StreamOrigin, kind: StreamKind, world: StreamSurroundings) {
    this.stream = stream;
    this.device = device;
    this.topic = topic;
    this.#kind = kind;
    this.#world = world;
    this.#voice = new StreamVoice((said) => this.#tell(said));
    this.#packs = new PackWatch(this.#voice, counterOf(kind.declaration));
    this.#rows = new StreamRows(stream, kind.declaration, this.#voice, world);
  }

  get declaration(): string {
    return this.#kind.declaration.id;
  }

  get gauges(): StreamGauges {
    const { form } = this.#kind.declaration;
    const rows = this.#rows.gauges;
    const hasNoKey = form === 'pack' && this.#keys?.length === 0;
    return {
      ...rows,
      problem: hasNoKey ? `Its packs cannot be verified: ${noKeyOf(this.stream)}.` : rows.problem,
      ...{ messages: this.#messages, lastAt: this.#lastAt, isSilent: this.#isSilent },
      ...{ memory: this.#packs.memory, drift: this.#rows.judge.drift },
    };
  }

  /** What its channels are measured in. */
  get units(): UnitWatch {
    return this.#rows.units;
  }

  /** What is known of it, for whoever compares it with others. */
  get evidence(): OwnEvidence {
    const { alarm, normalSince } = this.#rows.judge;
    const { freshness } = this.#voice;
    return ownEvidenceOf({
      ...{ alarm, isJudged: normalSince !== undefined },
      ...(freshness === undefined ? {} : { freshness }),
    });
  }

  excerpt(): Excerpt {
    return this.#rows.judge.excerpt();
  }

  /** Its declaration says something else, and it is still a stream of it. What that leaves as it was is kept. */
  redeclare(kind: StreamKind): void {
    const { declaration: before } = this.#kind;
    const { declaration } = kind;
    this.#kind = kind;
    this.#packs.countBy(counterOf(declaration));
    if (hasSameRows(before, declaration)) {
      this.#rows.redeclare(declaration);
      return;
    }
    this.#rows.end();
    this.#rows = new StreamRows(this.stream, declaration, this.#voice, this.#world);
    this.#voice.unjudged();
  }

  remember(memory: CountedMemory): void {
    this.#packs.remember(memory);
  }

  /** Gathers readings to learn from. What it was judged by stays until something else was learned and accepted. */
  learn(end: LessonEnd): void {
    this.units.begin(end.units);
    this.#rows.lesson.begin(end);
  }

  /** What is being gathered. */
  get lesson(): Lesson | undefined {
    return this.#rows.lesson.lesson;
  }

  stopLearning(): void {
    this.#rows.lesson.stop();
  }

  /** An alarm that lasted when judging stopped. */
  resume(alarm: AlarmWindow, at: number): void {
    this.#rows.judge.resume(alarm, at);
  }

  /** @throws KitenError as {@link StreamRows.judgeBy} does */
  judgeBy(profile: Profile, by: JudgedBy): void {
    this.#rows.judgeBy(profile, by);
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
    if (isFresh && !this.#rows.isInUnits(read.units, message.at)) return this.#packs.isDirty;
    this.#lastAt = message.at;
    this.#isSilent = false;
    if (isFresh) this.#rows.take(read.rows, message.at);
    return this.#packs.isDirty;
  }

  /** Does what is due. */
  look(now: number): void {
    this.#rows.close(now);
    this.settle();
    this.#rows.judge.look(now);
    this.#rows.lesson.look(now);
    const { silenceSeconds } = this.#kind.declaration;
    this.#began ??= now;
    const since = this.#lastAt ?? this.#began;
    if (this.#isSilent || now - since < silenceSeconds * 1000) return;
    this.#isSilent = true;
    this.#rows.judge.interrupt();
    this.#voice.silent({ at: now, since, count: this.#messages });
  }

  /** Judging is to end. */
  close(): void {
    this.#rows.judge.tellWandered();
  }

  /** It is a stream no more: nothing good is left of what was said of it. */
  end(): void {
    this.#rows.end();
    this.#voice.unjudged();
  }

  /** Tells what is to be remembered. */
  settle(): void {
    const memory = this.#packs.settle();
    if (memory !== undefined) this.#world.tell({ kind: 'remember', stream: this.stream, memory });
  }

  /** DER SubjectPublicKeyInfo of what its packs may be signed with; `undefined` until they are known. */
  get #keys(): readonly Uint8Array[] | undefined {
    const declared = this.#kind.keyOf(this.device);
    return declared === undefined ? this.#world.keysOf(this.device) : [declared];
  }

  #read({ payload, at, channel }: StreamMessage): ReadMessage | undefined {
    try {
      const { declaration, read } = this.#kind;
      if (declaration.form !== 'pack') return read({ payload, at, channel });
      const keys = this.#keys;
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

  /** A pack counts once what is remembered of it will be kept: that is told first. */
  #tell(said: Said): void {
    this.settle();
    this.#world.tell({ kind: 'concluded', conclusion: { stream: this.stream, ...said } });
  }
}
