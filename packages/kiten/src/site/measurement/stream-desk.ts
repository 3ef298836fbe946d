import { type Clock, encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import {
  type AlarmWindow,
  channelsOf,
  checkDeclaration,
  type Frame,
  type KnownStream,
  type StreamDeclaration,
  type StreamMemory,
  type StreamReport,
  streamSubject,
} from '@kiten/measurement';
import type { RecordedEvent } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import {
  alarmsOf,
  allDeclarations,
  allMemories,
  allStreams,
  type DeclarationRecord,
  forgetAlarms,
  forgetDeclaration,
  forgetStreams,
  keepMemory,
  putAlarm,
  putDeclaration,
  putStream,
  type StreamRecord,
} from '../../store/streams.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import type { Learner } from './learner.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { StreamFindings } from './stream-findings.ts';
import type { StreamState } from './stream-messages.ts';
import type { StreamThread } from './stream-thread.ts';

export interface StreamDeskParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  /** What its packs may be signed with: the keys of a device's certificates, DER SubjectPublicKeyInfo. */
  readonly keysOf: (device: string) => Promise<readonly Uint8Array[]>;
}

/** Where readings are judged, and what becomes of what is concluded. */
export interface StreamOutlet {
  readonly thread: Pick<StreamThread, 'send' | 'ask' | 'isAtWork'>;
  readonly findings: Pick<StreamFindings, 'conclude'>;
}

/** What a stream is to be learned from. */
export interface Lesson {
  readonly seconds: number;
  /** It is over earlier once there are so many. */
  readonly rows?: number | undefined;
  /** Whether what is learned is what it is judged by at once. */
  readonly accepts: boolean;
}

/** A stream with how it is doing. */
export interface StreamView {
  readonly record: StreamRecord;
  readonly declaration: DeclarationRecord;
  readonly channels: readonly string[];
  readonly state: StreamState;
  readonly alarms: readonly AlarmWindow[];
}

const mostDeclarations = 256;
const shownAlarms = 50;

/** Streams of readings: which there are, what they are learned from and judged by, and on whose word. */
export class StreamDesk {
  readonly #parts: StreamDeskParts;
  readonly #turns = new Turns();
  readonly #declarations = new Map<string, DeclarationRecord>();
  readonly #streams = new Map<string, StreamRecord>();
  /** By device, the keys that were told last. */
  readonly #told = new Map<string, string>();
  #outlet: StreamOutlet | undefined;

  private constructor(parts: StreamDeskParts) {
    this.#parts = parts;
  }

  static async open(parts: StreamDeskParts): Promise<StreamDesk> {
    const desk = new StreamDesk(parts);
    for (const record of await allDeclarations(parts.database)) {
      checkDeclaration(record.declaration);
      desk.#declarations.set(record.declaration.id, record);
    }
    for (const record of await allStreams(parts.database)) desk.#streams.set(record.stream, record);
    return desk;
  }

  /** Judging begins: with all that is known from before. */
  async connect(outlet: StreamOutlet): Promise<void> {
    this.#outlet = outlet;
    if (this.#declarations.size === 0) return;
    this.#declare();
    const memories = await allMemories(this.#parts.database);
    for (const record of this.#streams.values()) await this.#put(record, memories.get(record.stream));
  }

  get declarations(): readonly DeclarationRecord[] {
    return [...this.#declarations.values()].toSorted((one, other) =>
      one.declaration.id < other.declaration.id ? -1 : 1,
    );
  }

  get streams(): readonly StreamRecord[] {
    return [...this.#streams.values()].toSorted((one, other) => (one.stream < other.stream ? -1 : 1));
  }

  /** How long normal readings have to come, in milliseconds, until they take an alarm back. */
  recoveryOf(stream: string): number | undefined {
    const { declaration = '' } = this.#streams.get(stream) ?? {};
    const { recoverSeconds } = this.#declarations.get(declaration)?.declaration ?? {};
    return recoverSeconds === undefined ? undefined : recoverSeconds * 1000;
  }

  /**
   * Declares streams, in place of the declaration of this name: streams of what it was before begin anew.
   *
   * @throws KitenError `measurement/stream-declaration`, `kiten/stream-declarations-full`
   */
  declare(declaration: StreamDeclaration, operator: Operator, reason: string): Promise<DeclarationRecord> {
    return this.#turns.take('streams', async () => {
      checkDeclaration(declaration);
      const { id } = declaration;
      const before = this.#declarations.get(id);
      if (before === undefined && this.#declarations.size >= mostDeclarations)
        throw new KitenError(
          'kiten/stream-declarations-full',
          `There are ${mostDeclarations} declarations already.`,
        );
      const setBy = `operator:${operator.name}`;
      const record = { declaration, setBy, setAt: this.#parts.clock.now(), reason };
      const data = { declaration: id, filter: declaration.filter, sha256: digestOf(declaration) };
      const event = { type: 'stream/declared', at: record.setAt, actor: setBy, reason, data };
      await this.#parts.journal.commit([event], async (store) => {
        await putDeclaration(store, record);
        await forgetStreams(store, id);
      });
      this.#drop(id);
      this.#declarations.set(id, record);
      this.#declare();
      return record;
    });
  }

  /** @throws KitenError `kiten/stream-declaration-unknown` */
  undeclare(id: string, operator: Operator, reason: string): Promise<void> {
    return this.#turns.take('streams', async () => {
      if (!this.#declarations.has(id))
        throw new KitenError(
          'kiten/stream-declaration-unknown',
          `No streams “${id.slice(0, 80)}” are declared.`,
        );
      const event = this.#event('stream/undeclared', operator, reason, { declaration: id });
      await this.#parts.journal.commit([event], async (store) => {
        await forgetDeclaration(store, id);
        await forgetStreams(store, id);
      });
      this.#drop(id);
      this.#declarations.delete(id);
      this.#declare();
    });
  }

  /**
   * Learns what is normal of a stream from what comes within so many seconds, or so many rows. Until something that was learned is accepted,
   * what it was judged by stays.
   *
   * @throws KitenError `kiten/stream-unknown`
   */
  learn(
    stream: string,
    { seconds, rows, accepts }: Lesson,
    operator: Operator,
    reason: string,
  ): Promise<StreamRecord> {
    return this.#turns.take(stream, async () => {
      const { problem: _, proposal: _none, ...before } = this.#get(stream);
      const until = this.#parts.clock.now() + seconds * 1000;
      const record = { ...before, accepts, lesson: { until, ...(rows === undefined ? {} : { rows }) } };
      await this.#keep(record, this.#event('stream/learning', operator, reason, { stream, seconds }));
      this.#outlet?.thread.send({ kind: 'put', known: { ...knownOf(record), lesson: record.lesson } });
      return record;
    });
  }

  /**
   * What was learned of a stream is what it is judged by from now on.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/profile-…`
   */
  accept(stream: string, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#turns.take(stream, () => this.#accept(stream, `operator:${operator.name}`, reason));
  }

  /** A stream with its newest readings. @throws KitenError `kiten/stream-unknown`, `kiten/stream-worker` */
  async view(stream: string): Promise<StreamView> {
    const record = this.#get(stream);
    const declaration = this.#declarations.get(record.declaration) as DeclarationRecord;
    const channels = channelsOf(declaration.declaration);
    const alarms = await alarmsOf(this.#parts.database, stream, shownAlarms);
    return { record, declaration, channels, state: await this.states(stream), alarms };
  }

  /** How streams are doing. @throws KitenError `kiten/stream-worker` */
  async states(stream?: string): Promise<StreamState> {
    const thread = this.#outlet?.thread;
    if (thread?.isAtWork === true) return thread.ask(stream);
    return { board: { streams: 0, messages: 0, dropped: 0, refused: 0 }, streams: new Map() };
  }

  /** An operator cleared what was found of a device: what holds of its streams is said again. */
  cleared(device: string): void {
    for (const record of this.#streams.values())
      if (record.device === device) this.#outlet?.thread.send({ kind: 'restate', stream: record.stream });
  }

  /** Resolves when nothing that was told is under way any more. */
  async settled(): Promise<void> {
    await this.heard([]);
    await this.#parts.learner.stop();
  }

  /** Alarms are kept as long as evidence. */
  async prune(before: number): Promise<void> {
    await forgetAlarms(this.#parts.database, before);
  }

  /** What judging tells: one list after the other, what is remembered before what it counts for. */
  heard(reports: readonly StreamReport[]): Promise<void> {
    return this.#turns.take('reports', async () => {
      await this.#remember(reports);
      for (const report of reports) await this.#report(report);
    });
  }

  async #remember(reports: readonly StreamReport[]): Promise<void> {
    const memories = new Map<string, StreamMemory>();
    for (const report of reports) {
      // It has to be there for what is remembered of it to be kept.
      if (report.kind === 'appeared') await this.#appeared(report);
      if (report.kind === 'remember') memories.set(report.stream, report.memory);
    }
    if (memories.size === 0) return;
    await this.#parts.database.transaction().execute(async (store) => {
      for (const [stream, memory] of memories) await keepMemory(store, stream, JSON.stringify(memory));
    });
  }

  async #report(report: StreamReport): Promise<void> {
    const { database, hub, logger } = this.#parts;
    switch (report.kind) {
      case 'concluded': {
        if (report.conclusion.outcome === 'forged' && (await this.#hasOtherKeys(report.conclusion.stream)))
          return;
        const found = (await this.#outlet?.findings.conclude(report.conclusion)) ?? [];
        const { stream, outcome, at } = report.conclusion;
        if (found.length > 0)
          logger.info({ stream, outcome, findings: found.map(({ code }) => code) }, 'readings judged');
        return hub.publish('stream', { stream, outcome, at });
      }
      case 'alarm':
        await putAlarm(database, report.window);
        return hub.publish('stream', {
          stream: report.window.stream,
          outcome: 'alarm',
          at: report.window.began,
        });
      case 'taught':
        // Others go on meanwhile.
        void this.#taught(report.stream, report.frame).catch((error: unknown) =>
          logger.error({ err: error, stream: report.stream }, 'nothing could be learned'),
        );
        return;
      case 'appeared':
      case 'remember':
        return;
    }
  }

  async #appeared({
    stream,
    device,
    declaration,
    topic,
    at,
  }: StreamReport & { kind: 'appeared' }): Promise<void> {
    if (this.#streams.has(stream) || !this.#declarations.has(declaration)) return;
    const record = { stream, device, declaration, topic, appearedAt: Math.round(at), accepts: false };
    await putStream(this.#parts.database, record);
    this.#streams.set(stream, record);
    await this.#tellKeys(record);
    this.#parts.hub.publish('stream', { stream, outcome: 'appeared', at: record.appearedAt });
  }

  async #taught(stream: string, frame: Frame): Promise<void> {
    const record = this.#streams.get(stream);
    const declared = this.#declarations.get(record?.declaration ?? '');
    if (record === undefined || declared === undefined) return;
    const { rows } = frame;
    const { alarmsPerDay } = declared.declaration;
    const learned = await this.#parts.learner.learn({ frame, alarmsPerDay }).then(
      async (text) => ({ proposal: await this.#parts.profiles.keep(encodeUtf8(text)) }),
      (error: unknown) => ({ problem: problemOf(error) }),
    );
    await this.#turns.take(stream, async () => {
      const now = this.#streams.get(stream);
      if (now === undefined) return;
      const { lesson: _, ...rest } = now;
      const subject = streamSubject(stream);
      const data =
        'proposal' in learned ? { stream, rows, profile: learned.proposal } : { stream, rows, ...learned };
      const type = 'proposal' in learned ? 'stream/learned' : 'stream/not-learned';
      await this.#keep(
        { ...rest, ...learned },
        { type, at: this.#parts.clock.now(), actor: 'site', subject, data },
      );
      if ('proposal' in learned && rest.accepts)
        await this.#accept(stream, 'site', 'It was to be accepted once it was learned.');
    });
  }

  async #accept(stream: string, actor: string, reason: string): Promise<StreamRecord> {
    const { proposal, problem: _, ...rest } = this.#get(stream);
    if (proposal === undefined)
      throw new KitenError(
        'kiten/stream-not-learned',
        `Nothing that was learned of ${stream} waits to be accepted.`,
      );
    const text = await this.#parts.profiles.read(proposal);
    const record: StreamRecord = { ...rest, profile: proposal };
    const data = { stream, profile: proposal };
    const event = {
      type: 'stream/accepted',
      at: this.#parts.clock.now(),
      actor,
      reason,
      subject: streamSubject(stream),
      data,
    };
    await this.#keep(record, event);
    this.#outlet?.thread.send({
      kind: 'put',
      known: { ...knownOf(record), profile: { text, digest: proposal } },
    });
    return record;
  }

  async #keep(record: StreamRecord, event: RecordedEvent): Promise<void> {
    await this.#parts.journal.commit([event], (store) => putStream(store, record));
    this.#streams.set(record.stream, record);
    this.#parts.hub.publish('stream', { stream: record.stream, outcome: event.type, at: event.at });
  }

  #get(stream: string): StreamRecord {
    const record = this.#streams.get(stream);
    if (record !== undefined) return record;
    throw new KitenError('kiten/stream-unknown', `No stream “${stream.slice(0, 140)}” has appeared.`);
  }

  #event(
    type: string,
    operator: Operator,
    reason: string,
    data: Readonly<Record<string, string | number>>,
  ): RecordedEvent {
    const about = typeof data.stream === 'string' ? { subject: streamSubject(data.stream) } : {};
    return { type, at: this.#parts.clock.now(), actor: `operator:${operator.name}`, reason, data, ...about };
  }

  #declare(): void {
    const declarations = this.declarations.map(({ declaration }) => declaration);
    this.#outlet?.thread.send({ kind: 'declare', declarations });
  }

  #drop(declaration: string): void {
    for (const record of this.#streams.values())
      if (record.declaration === declaration) this.#streams.delete(record.stream);
  }

  /** A stream from before. What cannot be judged by any more is told, and the stream goes on unjudged. */
  async #put(record: StreamRecord, memory: string | undefined): Promise<void> {
    const { profile: digest, lesson } = record;
    await this.#tellKeys(record);
    const profile = digest === undefined ? undefined : await this.#profile(record.stream, digest);
    this.#outlet?.thread.send({
      kind: 'put',
      known: {
        ...knownOf(record),
        ...(memory === undefined ? {} : { memory: JSON.parse(memory) as StreamMemory }),
        ...(profile === undefined ? {} : { profile }),
        ...(lesson === undefined ? {} : { lesson }),
      },
    });
  }

  async #profile(stream: string, digest: string): Promise<KnownStream['profile']> {
    try {
      return { text: await this.#parts.profiles.read(digest), digest };
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      this.#parts.logger.error({ code: error.code, stream }, error.message);
      return undefined;
    }
  }

  async #tellKeys({ device, declaration }: StreamRecord): Promise<boolean> {
    const { form, key } = this.#declarations.get(declaration)?.declaration ?? {};
    if (form !== 'pack' || key !== undefined) return false;
    const keys = await this.#parts.keysOf(device);
    const before = this.#told.get(device);
    const now = keys.map(toHex).toSorted().join();
    this.#told.set(device, now);
    this.#outlet?.thread.send({ kind: 'keys', device, keys });
    return now !== before;
  }

  /** A signature that does not hold may be one by a key that was certified meanwhile: then nothing is said of it. */
  async #hasOtherKeys(stream: string): Promise<boolean> {
    const record = this.#streams.get(stream);
    return record !== undefined && (await this.#tellKeys(record));
  }
}

function knownOf({ stream, device, declaration }: StreamRecord): KnownStream {
  return { stream, device, declaration };
}

function problemOf(error: unknown): string {
  if (error instanceof KitenError) return error.message.slice(0, 500);
  throw error;
}

/** The log has no room for a declaration; it says which one it was. */
function digestOf(declaration: StreamDeclaration): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(declaration))));
}
