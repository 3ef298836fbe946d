import { KitenError, type Verify } from '@kiten/codec';
import { defaultFreshness, judgeFreshness, type StreamMemory } from '../freshness/freshness.ts';
import { Judge } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import { AlarmWatch } from './alarm-watch.ts';
import { channelsOf, type StreamDeclaration } from './declaration.ts';
import { History, type HistoryBudget } from './history.ts';
import { Lesson, type LessonEnd } from './lesson.ts';
import type { PayloadReader, ReadMessage } from './payload-reader.ts';
import { readPack } from './read-pack.ts';
import { RowBin } from './row-bin.ts';
import type { AlarmWindow, Excerpt, Outcome, StreamConclusion, StreamReport } from './stream-report.ts';

/** What all streams of a declaration share. */
export interface StreamKind {
  readonly declaration: StreamDeclaration;
  readonly read: PayloadReader;
  /** DER SubjectPublicKeyInfo, if its packs are signed with one key. */
  readonly key: Uint8Array | undefined;
}

export interface StreamSurroundings {
  readonly tell: (report: StreamReport) => void;
  readonly budget: HistoryBudget;
  readonly verify: Verify;
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
  /** Of what is being learned from: rows so far, and until when. */
  readonly lesson: { readonly rows: number; readonly until: number } | undefined;
  readonly alarm: AlarmWindow | undefined;
  readonly normalSince: number | undefined;
  readonly isSilent: boolean;
  readonly memory: StreamMemory | undefined;
}

/** Rows that judging takes to settle, and that say that a stream is normal. */
const settled = 20;
/** Milliseconds after which what holds is said again: before it lapses. */
const again = 3 * 3_600_000;
/** The same thing is not told twice within so many milliseconds. */
const pause = 10_000;
const historyRows = 600;
const excerptRows = 30;
/** Of what freshness skips, what is no chance any more. */
const manyMissing = 53;

/** One stream: takes its messages, forms rows, learns or judges them. */
export class WatchedStream {
  readonly stream: string;
  readonly #device: string;
  readonly #kind: StreamKind;
  readonly #world: StreamSurroundings;
  readonly #channels: readonly string[];
  readonly #history: History;
  readonly #bin: RowBin | undefined;
  readonly #toldAt = new Map<Outcome, number>();
  readonly #since = new Map<Outcome, number>();
  #judge: Judge | undefined;
  #profile: string | undefined;
  #alarm: AlarmWatch;
  #lesson: Lesson | undefined;
  #memory: StreamMemory | undefined;
  #isDirty = false;
  #messages = 0;
  #rows = 0;
  #lastAt: number | undefined;
  #isSilent = false;

  constructor(stream: string, device: string, kind: StreamKind, world: StreamSurroundings) {
    this.stream = stream;
    this.#device = device;
    this.#kind = kind;
    this.#world = world;
    this.#channels = channelsOf(kind.declaration);
    this.#history = new History(this.#channels.length, historyRows, world.budget);
    this.#alarm = new AlarmWatch(stream, this.#channels);
    const { binSeconds } = kind.declaration;
    this.#bin = binSeconds === undefined ? undefined : new RowBin(this.#channels.length, binSeconds * 1000);
  }

  get gauges(): StreamGauges {
    const lesson = this.#lesson;
    return {
      messages: this.#messages,
      rows: this.#rows,
      lastAt: this.#lastAt,
      lesson: lesson === undefined ? undefined : { rows: lesson.rows, until: lesson.until },
      alarm: this.#alarm.window,
      normalSince:
        this.#judge !== undefined && this.#alarm.quiet >= settled ? this.#alarm.quietSince : undefined,
      isSilent: this.#isSilent,
      memory: this.#memory,
    };
  }

  excerpt(): Excerpt {
    return this.#history.excerpt();
  }

  remember(memory: StreamMemory): void {
    this.#memory = memory;
  }

  /** Gathers readings to learn from. What it was judged by stays until something else was learned and accepted. */
  learn(end: LessonEnd): void {
    this.#lesson = new Lesson(this.#channels, end);
  }

  stopLearning(): void {
    this.#lesson = undefined;
  }

  /** @throws KitenError `measurement/profile-channels` */
  judgeBy(profile: Profile, digest: string): void {
    const { channels } = profile;
    if (channels.length !== this.#channels.length || channels.some((each, at) => each !== this.#channels[at]))
      throw new KitenError(
        'measurement/profile-channels',
        `The profile is of other channels than the stream ${this.stream} has.`,
      );
    this.#judge = new Judge(profile, { alarmsPerDay: this.#kind.declaration.alarmsPerDay });
    this.#profile = digest;
    this.#alarm = new AlarmWatch(this.stream, this.#channels);
    this.restate();
  }

  /** What holds is said again with the next readings: somebody cleared what spoke against it. */
  restate(): void {
    this.#toldAt.clear();
  }

  /** @returns whether there is something to be remembered: {@link settle} tells it */
  take(message: StreamMessage): boolean {
    this.#messages++;
    const read = this.#read(message);
    if (read === undefined) return false;
    this.#heard(message.at);
    if (read.pack !== undefined && !this.#isFresh(read.pack, message)) return this.#isDirty;
    for (const { at = message.at, values } of read.rows)
      if (this.#bin === undefined) this.#row(at, values);
      else this.#bin.add(message.at, values, (closed, row) => this.#row(closed, row));
    return this.#isDirty;
  }

  /** Does what is due. */
  look(now: number): void {
    this.#bin?.close(now, (at, row) => this.#row(at, row));
    this.settle();
    if (this.#lesson !== undefined && now >= this.#lesson.until) this.#taught();
    const { silenceSeconds } = this.#kind.declaration;
    if (this.#isSilent || this.#lastAt === undefined || now - this.#lastAt < silenceSeconds * 1000) return;
    this.#isSilent = true;
    this.#alarm.quiet = 0;
    const since = this.#lastAt;
    this.#tell({ outcome: 'silent', at: now, since, count: this.#messages });
    this.restate();
  }

  #read({ payload, at, channel }: StreamMessage): ReadMessage | undefined {
    try {
      const { declaration, key, read } = this.#kind;
      if (declaration.form !== 'pack') return read({ payload, at, channel });
      const keys = key === undefined ? this.#world.keysOf(this.#device) : [key];
      if (keys === undefined) return undefined;
      const { stream } = this;
      return readPack(payload, at, { stream, fields: declaration.fields, verify: this.#world.verify, keys });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      const isForged = error.code === 'measurement/pack-signature';
      this.#fault(isForged ? 'forged' : 'unreadable', at, { problem: error.message.slice(0, 200) });
      return undefined;
    }
  }

  #heard(at: number): void {
    this.#lastAt = at;
    this.#isSilent = false;
  }

  #isFresh(pack: { sequence: number; signedAt: number }, { at, duplicate }: StreamMessage): boolean {
    const freshness = judgeFreshness(this.#memory, pack, at, defaultFreshness);
    if ('memory' in freshness) {
      this.#memory = freshness.memory;
      this.#isDirty = true;
      if (freshness.skipped >= manyMissing) this.#fault('missing', at, { by: freshness.skipped });
      else this.#holds('fresh', at);
      // Where it belongs, other rows were judged by now.
      return freshness.kind === 'fresh';
    }
    // MQTT delivers once or more: what a publisher says it sends again is dropped, and no attack.
    if (freshness.kind === 'replayed' && duplicate && at - pack.signedAt < defaultFreshness.clockSkew)
      return false;
    this.#fault(faults[freshness.kind], at, { by: freshness.by });
    return false;
  }

  #row(at: number, values: Float64Array): void {
    this.#rows++;
    this.#lesson?.push(at, values);
    if (this.#lesson?.isFull) this.#taught();
    const judge = this.#judge;
    if (judge === undefined) {
      this.#history.push(at, values, 0);
      return;
    }
    const judgement = judge.push(values);
    this.#history.push(at, values, judgement.severity);
    const changed = this.#alarm.push(at, judgement, judge.bySeverity);
    if (changed !== undefined) {
      this.#world.tell({ kind: 'alarm', window: changed });
      if (changed.ended === undefined) this.#abnormal(at, changed);
    }
    if (this.#alarm.window === undefined && this.#alarm.quiet >= settled) this.#normal(at);
  }

  #abnormal(at: number, { began, severity, sees, channels }: AlarmWindow): void {
    this.#since.delete('normal');
    this.#toldAt.delete('normal');
    const excerpt = this.#history.excerpt(excerptRows);
    const what = { severity, sees, channels, excerpt, ...this.#judgedBy() };
    this.#tell({ outcome: 'abnormal', at, since: began, count: 1, ...what });
  }

  #normal(at: number): void {
    const since = this.#alarm.quietSince;
    const { recoverSeconds } = this.#kind.declaration;
    const toldAt = this.#toldAt.get('normal');
    const recovers = recoverSeconds !== undefined && at - since >= recoverSeconds * 1000;
    const isDue = toldAt === undefined || at - toldAt >= again;
    const hasRecovered = recovers && toldAt !== undefined && toldAt - since < recoverSeconds * 1000;
    if (!isDue && !hasRecovered) return;
    this.#toldAt.set('normal', at);
    this.#tell({ outcome: 'normal', at, since, count: this.#alarm.quiet, ...this.#judgedBy() });
  }

  #judgedBy(): { readonly profile?: string } {
    return this.#profile === undefined ? {} : { profile: this.#profile };
  }

  /** Something that holds until it lapses. */
  #holds(outcome: Outcome, at: number): void {
    const since = this.#since.get(outcome) ?? at;
    this.#since.set(outcome, since);
    const toldAt = this.#toldAt.get(outcome);
    if (toldAt !== undefined && at - toldAt < again) return;
    this.#toldAt.set(outcome, at);
    this.#tell({ outcome, at, since, count: 1 });
  }

  #fault(outcome: Outcome, at: number, what: Pick<StreamConclusion, 'by' | 'problem'>): void {
    if (outcome !== 'unreadable') this.#since.delete('fresh');
    const toldAt = this.#toldAt.get(outcome);
    if (toldAt !== undefined && at - toldAt < pause) return;
    this.#toldAt.set(outcome, at);
    if (outcome !== 'unreadable') this.#toldAt.delete('fresh');
    this.#tell({ outcome, at, since: at, count: 1, ...what });
  }

  /** A pack counts once what is remembered of it will be kept: that is told first. */
  #tell(conclusion: Omit<StreamConclusion, 'stream'>): void {
    this.settle();
    this.#world.tell({ kind: 'concluded', conclusion: { stream: this.stream, ...conclusion } });
  }

  /** Tells what is to be remembered. */
  settle(): void {
    if (!this.#isDirty || this.#memory === undefined) return;
    this.#isDirty = false;
    this.#world.tell({ kind: 'remember', stream: this.stream, memory: this.#memory });
  }

  #taught(): void {
    const lesson = this.#lesson;
    this.#lesson = undefined;
    if (lesson !== undefined)
      this.#world.tell({ kind: 'taught', stream: this.stream, frame: lesson.frame() });
  }
}

const faults = {
  replayed: 'replayed',
  'too-old': 'replayed',
  'reordered-time': 'reordered',
  stale: 'stale',
  early: 'early',
} as const;
