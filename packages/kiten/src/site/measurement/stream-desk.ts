import { type Clock, KitenError } from '@kiten/codec';
import { channelsOf, type StreamDeclaration, type StreamReport, streamSubject } from '@kiten/measurement';
import { subjectKey } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { allRelations, type RelationRecord } from '../../store/stream-relations.ts';
import { alarmsOf, type DeclarationRecord, forgetAlarms, type StreamRecord } from '../../store/streams.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { type DeclarationChange, Declaring } from './declaring.ts';
import { Finds } from './finds.ts';
import { Hearing } from './hearing.ts';
import { JudgingHealth } from './judging-health.ts';
import type { Learner } from './learner.ts';
import { Learning, type Lesson, type Proposed, type WaitingProfile } from './learning.ts';
import type { ProfileFiles } from './profile-files.ts';
import { type RelationParts, Relations } from './relations.ts';
import { SourceKeys } from './source-keys.ts';
import { StreamBook } from './stream-book.ts';
import type { StreamFindings } from './stream-findings.ts';
import type { StreamCommand, StreamState } from './stream-messages.ts';
import { StreamTeller } from './stream-teller.ts';
import type { StreamThread } from './stream-thread.ts';
import type { StreamView } from './stream-view.ts';

export interface StreamDeskParts extends Pick<RelationParts, 'attested'> {
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  /** What its packs may be signed with: the keys of a device's certificates, DER SubjectPublicKeyInfo. */
  readonly keysOf: (device: string) => Promise<readonly Uint8Array[]>;
  /** Other messages are readings than before. */
  readonly declared: (change: DeclarationChange) => void;
}

/** Where readings are judged, and what becomes of what is concluded. */
export interface StreamOutlet {
  readonly thread: Pick<StreamThread, 'send' | 'ask' | 'isAtWork'>;
  readonly findings: Pick<StreamFindings, 'conclude'>;
}

const shownAlarms = 50;
const isStopped = true;

/** Streams of readings: which there are, what they are learned from and judged by, and on whose word. */
export class StreamDesk {
  readonly #parts: StreamDeskParts;
  readonly #book: StreamBook;
  readonly #declaring: Declaring;
  readonly #learning: Learning;
  readonly #hearing: Hearing;
  readonly #keys: SourceKeys;
  readonly #teller: StreamTeller;
  /** Whether readings are judged. */
  readonly health: JudgingHealth;
  /** Streams against each other. */
  readonly relations: Relations;
  /** What devices publish that could be declared. */
  readonly finds: Finds;
  #outlet: StreamOutlet | undefined;

  private constructor(parts: StreamDeskParts, book: StreamBook, relations: readonly RelationRecord[]) {
    const send = (command: StreamCommand): void => this.#outlet?.thread.send(command);
    this.#parts = parts;
    this.#book = book;
    this.health = new JudgingHealth(parts);
    this.finds = new Finds({ ...parts, health: this.health, thread: () => this.#outlet?.thread });
    const uncompared = (streams: readonly string[]) => this.#hearing.uncompared(streams);
    this.relations = new Relations({ ...parts, book, send, uncompared }, relations);
    const keys = new SourceKeys({ ...parts, book, send });
    this.#keys = keys;
    this.#declaring = new Declaring({
      ...{ ...parts, book, keys, send },
      changed: (streams) => this.relations.changed(streams),
      ended: (what) => this.#hearing.ended(what),
    });
    this.#learning = new Learning({ ...parts, book, send });
    const others = { ...parts, book, send, keys, relations: this.relations };
    this.#teller = new StreamTeller({ ...others, declaring: this.#declaring, finds: this.finds });
    this.#hearing = new Hearing({
      ...{ ...others, learning: this.#learning },
      conclude: async (conclusion) => (await this.#outlet?.findings.conclude(conclusion)) ?? [],
    });
  }

  static async open(parts: StreamDeskParts): Promise<StreamDesk> {
    return new StreamDesk(parts, await StreamBook.open(parts), await allRelations(parts.database));
  }

  /** Judging begins: with all that is known from before. */
  async connect(outlet: StreamOutlet): Promise<void> {
    this.#outlet = outlet;
    if (this.#book.declarations.length > 0 || (await this.finds.any())) await this.tellAll();
  }

  /** Tells a thread that begins to judge all that is known. */
  async tellAll(): Promise<void> {
    // What the one before it told counts first.
    await this.heard([]);
    await this.#teller.tell();
  }

  /** Nobody has judged readings for some time: nothing is said of them any more. */
  unjudged(): Promise<void> {
    return this.#hearing.unjudged(this.health.state.stoppedAt ?? this.#parts.clock.now());
  }

  get declarations(): readonly DeclarationRecord[] {
    return this.#book.declarations;
  }

  get streams(): readonly StreamRecord[] {
    return this.#book.streams;
  }

  /** How long normal readings have to come, in milliseconds, until they take an alarm back. */
  recoveryOf(stream: string): number | undefined {
    const { recoverSeconds } = this.#book.declarationOf(stream) ?? {};
    return recoverSeconds === undefined ? undefined : recoverSeconds * 1000;
  }

  /**
   * Declares streams, in place of the declaration of this name: its streams keep what that leaves as it was.
   *
   * @throws KitenError `measurement/stream-declaration`, `kiten/stream-declarations-full`
   */
  declare(declaration: StreamDeclaration, operator: Operator, reason: string): Promise<DeclarationRecord> {
    return this.#declaring.declare(declaration, operator, reason);
  }

  /** @throws KitenError `kiten/stream-declaration-unknown` */
  undeclare(id: string, operator: Operator, reason: string): Promise<void> {
    return this.#declaring.undeclare(id, operator, reason);
  }

  /**
   * A stream is no more, and what was learned of it; should it say something after all, it appears anew.
   *
   * @throws KitenError `kiten/stream-unknown`
   */
  forget(stream: string, operator: Operator, reason: string): Promise<void> {
    return this.#declaring.forget(stream, operator, reason);
  }

  /**
   * Learns what is normal of a stream from what comes within so many seconds, or so many rows. Until something that was learned is accepted,
   * what it was judged by stays.
   *
   * @throws KitenError `kiten/stream-unknown`
   */
  learn(stream: string, lesson: Lesson, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#learning.learn(stream, lesson, operator, reason);
  }

  /**
   * What was learned of a stream is what it is judged by from now on.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/stream-learned-otherwise`, `kiten/profile-…`
   */
  accept(of: WaitingProfile, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#learning.accept(of, operator, reason);
  }

  /**
   * Its lesson is over before its end: what was gathered goes, and nothing is learned from it.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learning`
   */
  stopLesson(stream: string, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#learning.stopLesson(stream, operator, reason);
  }

  /**
   * What was learned of a stream is not what it will be judged by.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/stream-learned-otherwise`
   */
  refuse(of: WaitingProfile, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#learning.refuse(of, operator, reason);
  }

  /** What was learned of a stream and waits. @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/profile-…` */
  proposed(stream: string): Promise<Proposed> {
    return this.#learning.proposed(stream);
  }

  /** A stream with its newest readings. @throws KitenError `kiten/stream-unknown`, `kiten/stream-worker` */
  async view(stream: string): Promise<StreamView> {
    const record = this.#book.get(stream);
    const declaration = this.#book.declared(record.declaration) as DeclarationRecord;
    const channels = channelsOf(declaration.declaration);
    const alarms = await alarmsOf(this.#parts.database, stream, shownAlarms);
    return { record, declaration, channels, state: await this.states(stream), alarms };
  }

  /** How streams are doing; while nobody judges them, it says so and nothing else. */
  states(stream?: string): Promise<StreamState> {
    return this.#ask(stream === undefined ? {} : { stream });
  }

  /** How relations are doing, and the newest rows of one. */
  compared(relation: string): Promise<StreamState> {
    return this.#ask({ relation });
  }

  async #ask(about: Parameters<StreamThread['ask']>[0]): Promise<StreamState> {
    const thread = this.#outlet?.thread;
    const none = { board: { streams: 0, messages: 0, dropped: 0, refused: 0 }, streams: new Map() };
    if (thread?.isAtWork !== true)
      return this.health.state.stoppedAt === undefined ? none : { ...none, isStopped };
    return thread.ask(about).catch((error: unknown) => {
      if (error instanceof KitenError && !thread.isAtWork) return { ...none, isStopped };
      throw error;
    });
  }

  /** A device is judged otherwise: also what it may sign packs with may be something else. */
  changed(device: string): void {
    this.relations.attested(device);
    this.#keys
      .changed(device)
      .catch((error: unknown) =>
        this.#parts.logger.error({ err: error, device }, 'the keys of a device could not be told'),
      );
  }

  /** An operator cleared what was found of a part of a device, or of the only one that had it: what holds of that is said again. */
  cleared(device: string, part: string | undefined): void {
    for (const { stream, device: owner } of this.#book.streams)
      if (
        owner === device &&
        (part ?? subjectKey(streamSubject(stream))) === subjectKey(streamSubject(stream))
      )
        this.#outlet?.thread.send({ kind: 'restate', stream });
  }

  /** What judging tells: one list after the other, what is remembered before what it counts for. */
  heard(reports: readonly StreamReport[]): Promise<void> {
    return this.#hearing.heard(reports);
  }

  /** Resolves when nothing that was told is under way any more. */
  async settled(): Promise<void> {
    await this.heard([]);
    this.relations.stop();
    await this.#learning.stop();
    await this.finds.settled();
    await this.health.stop();
  }

  /** Alarms are kept as long as evidence. */
  async prune(before: number): Promise<void> {
    await forgetAlarms(this.#parts.database, before);
    await this.relations.prune(before);
  }
}
