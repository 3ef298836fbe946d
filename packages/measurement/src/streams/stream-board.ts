import type { Verify } from '@kiten/codec';
import type { Wandered } from '../follow/follower.ts';
import { parseProfile } from '../learn/profile-text.ts';
import type { StreamDeclaration } from './declaration.ts';
import { hasSameChannels, isStillOf, type StreamOrigin } from './declaration-change.ts';
import type { LookBudget } from './followed-alarms.ts';
import type { HistoryBudget } from './history.ts';
import type { LessonBudget, LessonEnd } from './lesson.ts';
import type { CountedMemory } from './pack-watch.ts';
import { RelationBoard } from './relation-board.ts';
import { kindOf, type StreamKind } from './stream-kind.ts';
import { placeOf } from './stream-name.ts';
import type { AlarmWindow, StreamReport } from './stream-report.ts';
import { readBatch, type TapBatch, type TapEntry, type TapSource } from './tap-batch.ts';
import { type StreamSurroundings, WatchedStream } from './watched-stream.ts';

export interface StreamBoardParts {
  readonly tell: (report: StreamReport) => void;
  readonly verify: Verify;
  /** Streams at most, 20,000 unless given, and of one device, 1,024. What appears beyond them is counted. */
  readonly mostStreams?: number;
  readonly mostOfDevice?: number;
}

/** A stream that is known from before. */
export interface KnownStream extends StreamOrigin {
  readonly declaration: string;
  readonly memory?: CountedMemory;
  /** The text of its profile, SHA-256 of that, and where normal had wandered to from there. */
  readonly profile?: { readonly text: Uint8Array; readonly digest: string; readonly wandered?: Wandered };
  /** It is being learned. */
  readonly lesson?: LessonEnd;
  /** An alarm that lasted when judging stopped, and when it began again. */
  readonly alarm?: { readonly window: AlarmWindow; readonly at: number };
}

export interface BoardGauges {
  readonly streams: number;
  readonly messages: number;
  /** Messages that the tap had no room for. */
  readonly dropped: number;
  /** Streams for which there was no room. */
  readonly refused: number;
}

/** Where a tap's batches go. */
export interface TapInlet {
  take(batch: TapBatch): void;
}

interface Place {
  readonly watched: WatchedStream;
  readonly channel: string | undefined;
}

/** Numbers that histories hold; 64 MiB. */
const historyNumbers = 1 << 24;
/** Multiplications for looks at alarms between two calls of `look`; some tens of milliseconds. */
const lookCost = 1e7;
/** Numbers that lessons hold; 512 MiB. */
const lessonNumbers = 1 << 26;

/** All streams of a site: says which topics it wants to see, and brings each message to its stream. */
export class StreamBoard {
  readonly #parts: StreamBoardParts;
  readonly #kinds = new Map<string, StreamKind>();
  readonly #streams = new Map<string, WatchedStream>();
  readonly #keys = new Map<string, readonly Uint8Array[]>();
  readonly #ofDevice = new Map<string, number>();
  readonly #budget: HistoryBudget = { left: historyNumbers };
  readonly #looks: LookBudget = { left: lookCost };
  readonly #lessons: LessonBudget = { left: lessonNumbers };
  /** Streams against each other. */
  readonly relations: RelationBoard;
  /** Grows when messages may go elsewhere. */
  #epoch = 0;
  /** Those that have something to be remembered. */
  readonly #unsettled = new Set<WatchedStream>();
  #messages = 0;
  #dropped = 0;
  #refused = 0;

  constructor(parts: StreamBoardParts) {
    this.#parts = parts;
    this.relations = new RelationBoard({
      ...{ tell: parts.tell, looks: this.#looks, lessons: this.#lessons, history: this.#budget },
      conclude: (conclusion) => parts.tell({ kind: 'concluded', conclusion }),
      own: (stream) => this.#streams.get(stream)?.evidence ?? {},
    });
  }

  get filters(): readonly string[] {
    return [...new Set([...this.#kinds.values()].map(({ declaration }) => declaration.filter))];
  }

  get gauges(): BoardGauges {
    const streams = this.#streams.size;
    return { streams, messages: this.#messages, dropped: this.#dropped, refused: this.#refused };
  }

  /** All declarations: of those that say something else than before, streams keep what that leaves as it was. */
  declare(declarations: readonly StreamDeclaration[]): void {
    const before = new Map(this.#kinds);
    this.#kinds.clear();
    for (const declaration of declarations) {
      const known = before.get(declaration.id);
      const isSame = known !== undefined && JSON.stringify(known.declaration) === JSON.stringify(declaration);
      this.#kinds.set(declaration.id, isSame ? known : kindOf(declaration));
    }
    for (const watched of [...this.#streams.values()]) {
      const { stream, declaration: id } = watched;
      const [was, is] = [before.get(id), this.#kinds.get(id)];
      if (was === undefined || is === was) continue;
      const isStill = is !== undefined && isStillOf(is.declaration, watched);
      if (isStill && !hasSameChannels(was.declaration, is.declaration)) this.relations.leave(stream);
      if (isStill) watched.redeclare(is);
      else this.forget(stream);
    }
    this.#epoch++;
  }

  /** A stream from before, with what is remembered of it. @throws KitenError `measurement/profile-…` */
  put({ declaration, memory, profile, lesson, alarm, ...origin }: KnownStream): void {
    const watched = this.#open(origin, declaration);
    if (watched === undefined) return;
    if (memory !== undefined) watched.remember(memory);
    if (lesson !== undefined) watched.learn(lesson);
    if (profile !== undefined) watched.judgeBy(parseProfile(profile.text), profile);
    if (alarm !== undefined) watched.resume(alarm.window, alarm.at);
  }

  forget(stream: string): void {
    const watched = this.#streams.get(stream);
    if (watched === undefined) return;
    this.relations.leave(stream);
    watched.end();
    this.#ofDevice.set(watched.device, (this.#ofDevice.get(watched.device) ?? 1) - 1);
    this.#streams.delete(stream);
    this.#epoch++;
  }

  find(stream: string): WatchedStream | undefined {
    return this.#streams.get(stream);
  }

  all(): IterableIterator<WatchedStream> {
    return this.#streams.values();
  }

  /** What a device may sign its packs with: DER SubjectPublicKeyInfo. */
  trustKeys(device: string, keys: readonly Uint8Array[]): void {
    this.#keys.set(device, keys);
  }

  /** A way in for the messages of one tap. */
  inlet(): TapInlet {
    const sources: TapSource[] = [];
    // Where the messages of each source go; found out with the first of them.
    let places: (readonly Place[] | undefined)[] = [];
    let epoch = this.#epoch;
    return {
      take: (batch) => {
        for (const [at, source] of batch.sources.entries()) sources[batch.firstSource + at] = source;
        if (epoch !== this.#epoch) places = [];
        epoch = this.#epoch;
        this.#dropped += batch.dropped;
        readBatch(batch, (entry) => {
          const known = places[entry.source] ?? this.#find(sources[entry.source] as TapSource, entry.at);
          places[entry.source] = known;
          this.#bring(known, entry);
        });
        for (const watched of this.#unsettled) watched.settle();
        this.#unsettled.clear();
      },
    };
  }

  /** Whether what a device publishes to a topic is of a stream that is declared. */
  isDeclared(device: string, topic: string): boolean {
    for (const { declaration } of this.#kinds.values())
      if (placeOf(declaration, device, topic) !== undefined) return true;
    return false;
  }

  get declarations(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  look(now: number): void {
    this.#looks.left = Math.min(lookCost, this.#looks.left + lookCost);
    for (const watched of this.#streams.values()) watched.look(now);
    this.relations.look(now);
  }

  /** Judging is to end: tells what whoever goes on has to know. */
  close(): void {
    for (const watched of this.#streams.values()) watched.close();
  }

  #bring(places: readonly Place[], { payload, at, duplicate }: TapEntry): void {
    this.#messages++;
    for (const { watched, channel } of places)
      if (watched.take({ payload, at, channel, duplicate })) this.#unsettled.add(watched);
  }

  readonly #compare: StreamSurroundings['compare'] = (...row) => this.relations.take(...row);
  readonly #otherUnits: StreamSurroundings['otherUnits'] = (...said) => this.relations.otherUnits(...said);

  #find({ device, topic }: TapSource, at: number): readonly Place[] {
    const places: Place[] = [];
    for (const { declaration } of this.#kinds.values()) {
      const place = placeOf(declaration, device, topic);
      if (place === undefined) continue;
      const isNew = !this.#streams.has(place.stream);
      const watched = this.#open({ stream: place.stream, device, topic }, declaration.id);
      if (watched === undefined) continue;
      places.push({ watched, channel: place.channel });
      if (isNew)
        this.#parts.tell({
          kind: 'appeared',
          stream: place.stream,
          declaration: declaration.id,
          device,
          topic,
          at,
        });
    }
    return places;
  }

  #open(origin: StreamOrigin, declaration: string): WatchedStream | undefined {
    const { stream, device } = origin;
    const known = this.#streams.get(stream);
    const kind = this.#kinds.get(declaration);
    if (known !== undefined || kind === undefined) return known;
    const { mostStreams = 20_000, mostOfDevice = 1024 } = this.#parts;
    const others = this.#ofDevice.get(device) ?? 0;
    if (this.#streams.size >= mostStreams || others >= mostOfDevice) {
      this.#refused++;
      return undefined;
    }
    const { tell, verify } = this.#parts;
    const keysOf = (id: string) => this.#keys.get(id);
    const budgets = { budget: this.#budget, looks: this.#looks, lessons: this.#lessons };
    const [compare, otherUnits] = [this.#compare, this.#otherUnits];
    const watched = new WatchedStream(origin, kind, {
      tell,
      verify,
      keysOf,
      compare,
      otherUnits,
      ...budgets,
    });
    this.#ofDevice.set(device, others + 1);
    this.#streams.set(stream, watched);
    return watched;
  }
}
