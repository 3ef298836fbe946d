import { type Clock, KitenError } from '@kiten/codec';
import {
  type AttestedTier,
  checkRelation,
  type RelationAlarm,
  type RelationReport,
  type StreamRelation,
} from '@kiten/measurement';
import type { RecordedEvent } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import {
  endRelationAlarms,
  forgetRelation,
  forgetRelationAlarms,
  putRelation,
  putRelationAlarm,
  type RelationRecord,
  relationAlarmsOf,
} from '../../store/stream-relations.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import type { Learner } from './learner.ts';
import type { Lesson } from './learning.ts';
import type { ProfileFiles } from './profile-files.ts';
import { learnRelation } from './relation-lesson.ts';
import { digestOfRelation, RelationTeller } from './relation-teller.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

type RelationTaught = RelationReport & { readonly kind: 'relation-taught' };

export interface RelationParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly book: StreamBook;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  /** What attestation says of a device. */
  readonly attested: (device: string) => AttestedTier | undefined;
  readonly send: (command: StreamCommand) => void;
}

const mostRelations = 64;
/** Alarms that are shown of one. */
export const mostShownAlarms = 50;

/** Streams whose sensors are checked against each other: what was declared, what was learned, and on whose word. */
export class Relations {
  readonly #parts: RelationParts;
  readonly #turns = new Turns();
  readonly #teller: RelationTeller;
  readonly #records: Map<string, RelationRecord>;
  #isStopping = false;

  /** @param records as they stand in the store */
  constructor(parts: RelationParts, records: readonly RelationRecord[]) {
    this.#parts = parts;
    this.#teller = new RelationTeller(parts);
    this.#records = new Map(records.map((record) => [record.relation.id, record]));
  }

  /** In the order of their names. */
  get all(): readonly RelationRecord[] {
    return [...this.#records.values()].toSorted((one, other) =>
      one.relation.id < other.relation.id ? -1 : 1,
    );
  }

  /** @throws KitenError `kiten/relation-unknown` */
  get(id: string): RelationRecord {
    const record = this.#records.get(id);
    if (record !== undefined) return record;
    throw new KitenError('kiten/relation-unknown', `No streams are compared as “${id.slice(0, 80)}”.`);
  }

  /** The newest first, 50 at most. */
  alarmsOf(id: string, most = mostShownAlarms): Promise<RelationAlarm[]> {
    return relationAlarmsOf(this.#parts.database, id, most);
  }

  async prune(before: number): Promise<void> {
    await forgetRelationAlarms(this.#parts.database, before);
  }

  /**
   * Has streams compared, in place of what was declared by this name: it is to be learned anew.
   *
   * @throws KitenError `measurement/stream-relation`, `measurement/cross-…`, `kiten/stream-unknown`, `kiten/relations-full`
   */
  relate(relation: StreamRelation, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#turns.take(relation.id, async () => {
      checkRelation(relation);
      this.#teller.joined(relation);
      const { id } = relation;
      if (!this.#records.has(id) && this.#records.size >= mostRelations)
        throw new KitenError(
          'kiten/relations-full',
          `${mostRelations} groups of streams are compared already.`,
        );
      const setBy = `operator:${operator.name}`;
      const record: RelationRecord = {
        ...{ relation, setBy, setAt: this.#parts.clock.now(), reason, accepts: false },
      };
      const data = { relation: id, streams: relation.streams.length, sha256: digestOfRelation(relation) };
      await this.#keep(record, this.#event('relation/declared', setBy, reason, data), (store) =>
        // What was declared before is not compared any more: nothing of it lasts.
        endRelationAlarms(store, id, record.setAt),
      );
      this.#teller.keepOnly(this.all);
      await this.#teller.put(record);
      return record;
    });
  }

  /** @throws KitenError `kiten/relation-unknown` */
  unrelate(id: string, operator: Operator, reason: string): Promise<void> {
    return this.#turns.take(id, async () => {
      this.get(id);
      const event = this.#event('relation/removed', `operator:${operator.name}`, reason, { relation: id });
      await this.#parts.journal.commit([event], (store) => forgetRelation(store, id));
      this.#records.delete(id);
      this.#teller.keepOnly(this.all);
      this.#parts.send({ kind: 'unrelate', relation: id });
    });
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/stream-unknown` */
  learn(
    id: string,
    { seconds, rows, accepts }: Lesson,
    operator: Operator,
    reason: string,
  ): Promise<RelationRecord> {
    return this.#turns.take(id, async () => {
      const { problem: _, proposal: _none, related: _neither, ...before } = this.get(id);
      const until = this.#parts.clock.now() + seconds * 1000;
      const record = { ...before, accepts, lesson: { until, ...(rows === undefined ? {} : { rows }) } };
      const actor = `operator:${operator.name}`;
      await this.#keep(record, this.#event('relation/learning', actor, reason, { relation: id, seconds }));
      await this.#teller.put(record);
      return record;
    });
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/profile-…` */
  accept(id: string, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#turns.take(id, () => this.#accept(id, `operator:${operator.name}`, reason));
  }

  /** What judging tells. */
  async heard(report: RelationReport): Promise<void> {
    const { database, hub, logger } = this.#parts;
    if (report.kind === 'relation-alarm') {
      const { relation, began } = report.alarm;
      if (!this.#records.has(relation)) return;
      await putRelationAlarm(database, report.alarm);
      hub.publish('stream', { stream: relation, outcome: 'contradicted', at: began });
      return;
    }
    // Others go on meanwhile.
    void this.#taught(report).catch((error: unknown) =>
      logger.error({ err: error, relation: report.relation }, 'nothing could be learned'),
    );
  }

  /** A device's verdict may be another now. */
  attested(device: string): void {
    this.#teller.attested(device);
  }

  /** Judging begins: with all that is known from before. */
  async tell(): Promise<void> {
    for (const record of this.#records.values()) await this.#teller.put(record, true);
  }

  /** What is being learned from now is learned from after the next start. */
  stop(): void {
    this.#isStopping = true;
  }

  async #taught({ relation: id, frame, until, isCut }: RelationTaught): Promise<void> {
    const record = this.#records.get(id);
    if (record === undefined) return;
    const { relation } = record;
    const { every, checks, alarmsPerDay } = relation;
    const { rows } = frame;
    const task = { frame, alarmsPerDay, relation: { every, checks, streams: this.#teller.joined(relation) } };
    const learned = await learnRelation(this.#parts, task);
    await this.#turns.take(id, async () => {
      const now = this.#records.get(id);
      // Where the site stops it will be learned from after the next start; where another lesson was begun, that one counts.
      if (this.#isStopping || now?.lesson?.until !== until) return;
      const { lesson: _, ...rest } = now;
      const isLearned = 'proposal' in learned;
      const data = isLearned
        ? { relation: id, rows, profile: learned.proposal }
        : { relation: id, rows, problem: learned.problem };
      const type = isLearned ? 'relation/learned' : 'relation/not-learned';
      const cut = isCut ? { problem: `Lessons had no more room: it was learned from ${rows} rows.` } : {};
      await this.#keep({ ...rest, ...cut, ...learned }, this.#event(type, 'site', undefined, data));
      this.#parts.send({ kind: 'lesson-over', of: id });
      if (isLearned && rest.accepts)
        await this.#accept(id, 'site', 'It was to be accepted once it was learned.');
    });
  }

  async #accept(id: string, actor: string, reason: string): Promise<RelationRecord> {
    const { proposal, problem: _, ...rest } = this.get(id);
    if (proposal === undefined)
      throw new KitenError(
        'kiten/relation-not-learned',
        `Nothing that was learned of “${id}” waits to be accepted.`,
      );
    const record: RelationRecord = { ...rest, profile: proposal };
    await this.#parts.profiles.read(proposal);
    const data = { relation: id, profile: proposal };
    await this.#keep(record, this.#event('relation/accepted', actor, reason, data));
    await this.#teller.put(record);
    return record;
  }

  async #keep(
    record: RelationRecord,
    event: RecordedEvent,
    besides?: (store: Parameters<typeof putRelation>[0]) => Promise<void>,
  ): Promise<void> {
    await this.#parts.journal.commit([event], async (store) => {
      await besides?.(store);
      await putRelation(store, record);
    });
    this.#records.set(record.relation.id, record);
    this.#parts.hub.publish('stream', { stream: record.relation.id, outcome: event.type, at: event.at });
  }

  #event(
    type: string,
    actor: string,
    reason: string | undefined,
    data: Readonly<Record<string, string | number>>,
  ): RecordedEvent {
    return { type, at: this.#parts.clock.now(), actor, data, ...(reason === undefined ? {} : { reason }) };
  }
}
