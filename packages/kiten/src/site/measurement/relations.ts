import { KitenError } from '@kiten/codec';
import {
  type AttestedTier,
  checkRelation,
  type RelationAlarm,
  type RelationReport,
  type StreamRelation,
} from '@kiten/measurement';
import type { Logger } from 'pino';
import {
  endRelationAlarms,
  forgetRelation,
  forgetRelationAlarms,
  putRelationAlarm,
  type RelationRecord,
  relationAlarmsOf,
} from '../../store/stream-relations.ts';
import type { Operator } from '../operators.ts';
import type { Learner } from './learner.ts';
import type { Lesson, Proposed } from './learning.ts';
import type { ProfileFiles } from './profile-files.ts';
import { RelationBook, type RelationBookParts } from './relation-book.ts';
import { RelationLearning, type WaitingRelation } from './relation-learning.ts';
import { digestOfRelation, RelationTeller } from './relation-teller.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

export interface RelationParts extends RelationBookParts {
  readonly logger: Logger;
  readonly book: StreamBook;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  /** What attestation says of a device. */
  readonly attested: (device: string) => AttestedTier | undefined;
  readonly send: (command: StreamCommand) => void;
  /** Streams are not compared any more as they were. */
  readonly uncompared: (streams: readonly string[]) => Promise<void>;
}

const mostRelations = 64;
/** Alarms that are shown of one. */
export const mostShownAlarms = 50;

/** Streams whose sensors are checked against each other: what was declared, what was learned, and on whose word. */
export class Relations {
  readonly #parts: RelationParts;
  readonly #relations: RelationBook;
  readonly #teller: RelationTeller;
  readonly #learning: RelationLearning;

  /** @param records as they stand in the store */
  constructor(parts: RelationParts, records: readonly RelationRecord[]) {
    this.#parts = parts;
    this.#relations = new RelationBook(parts, records);
    this.#teller = new RelationTeller(parts);
    this.#learning = new RelationLearning({ ...parts, relations: this.#relations, teller: this.#teller });
  }

  /** In the order of their names. */
  get all(): readonly RelationRecord[] {
    return this.#relations.all;
  }

  /** @throws KitenError `kiten/relation-unknown` */
  get(id: string): RelationRecord {
    return this.#relations.get(id);
  }

  /** Why it is not compared, where whoever judges was told nothing of it. */
  problemOf(id: string): string | undefined {
    return this.#teller.problemOf(id);
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
  async relate(relation: StreamRelation, operator: Operator, reason: string): Promise<RelationRecord> {
    const { id } = relation;
    const relations = this.#relations;
    const { record, ended } = await relations.alone(id, async () => {
      checkRelation(relation);
      this.#teller.check(relation);
      const before = relations.find(id);
      if (before === undefined && relations.all.length >= mostRelations)
        throw new KitenError(
          'kiten/relations-full',
          `${mostRelations} groups of streams are compared already.`,
        );
      const setBy = `operator:${operator.name}`;
      const data = { relation: id, streams: relation.streams.length, sha256: digestOfRelation(relation) };
      const event = relations.event('relation/declared', setBy, reason, data);
      const record: RelationRecord = { ...{ relation, setBy, setAt: event.at, reason, accepts: false } };
      // What was declared before is not compared any more: nothing of it lasts.
      await relations.keep(record, event, (store) => endRelationAlarms(store, id, event.at));
      this.#teller.keepOnly(this.all);
      await this.#teller.put(record);
      return { record, ended: before?.relation.streams ?? [] };
    });
    await this.#parts.uncompared(ended);
    return record;
  }

  /** @throws KitenError `kiten/relation-unknown` */
  async unrelate(id: string, operator: Operator, reason: string): Promise<void> {
    const ended = await this.#relations.alone(id, async () => {
      const { streams } = this.get(id).relation;
      const by = `operator:${operator.name}`;
      const event = this.#relations.event('relation/removed', by, reason, { relation: id });
      await this.#relations.forget(id, event, (store) => forgetRelation(store, id));
      this.#teller.keepOnly(this.all);
      this.#parts.send({ kind: 'unrelate', relation: id });
      return streams;
    });
    await this.#parts.uncompared(ended);
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/stream-unknown` */
  learn(id: string, lesson: Lesson, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#learning.learn(id, lesson, `operator:${operator.name}`, reason);
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/relation-learned-otherwise`, `kiten/profile-…` */
  accept(of: WaitingRelation, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#learning.accept(of, `operator:${operator.name}`, reason);
  }

  /**
   * Its lesson is over before its end: what was gathered goes, and nothing is learned from it.
   *
   * @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learning`
   */
  stopLesson(id: string, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#learning.stopLesson(id, `operator:${operator.name}`, reason);
  }

  /**
   * What was learned is not what it will be judged by; the checks that it proposes go with it.
   *
   * @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/relation-learned-otherwise`
   */
  refuse(of: WaitingRelation, operator: Operator, reason: string): Promise<RelationRecord> {
    return this.#learning.refuse(of, `operator:${operator.name}`, reason);
  }

  /** What was learned and waits. @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/profile-…` */
  proposed(id: string): Promise<Proposed> {
    return this.#learning.proposed(id);
  }

  /** What judging tells. */
  async heard(report: RelationReport): Promise<void> {
    const { database, hub, logger } = this.#parts;
    if (report.kind === 'relation-alarm') {
      const { relation, began } = report.alarm;
      if (this.#relations.find(relation) === undefined) return;
      await putRelationAlarm(database, report.alarm);
      hub.publish('stream', { stream: relation, outcome: 'contradicted', at: began });
      return;
    }
    if (report.kind === 'relation-heard') return this.#learning.heard(report);
    // Others go on meanwhile.
    void this.#learning
      .taught(report)
      .catch((error: unknown) =>
        logger.error({ err: error, relation: report.relation }, 'nothing could be learned'),
      );
  }

  /** A device's verdict may be another now. */
  attested(device: string): void {
    this.#teller.attested(device);
  }

  /**
   * Streams are no more, or have other channels than before: what was gathered of them is not of what they are.
   *
   * @returns what was compared with them and is not any more, themselves too
   */
  async changed(streams: readonly string[]): Promise<readonly string[]> {
    const problem = 'Its streams were declared anew while it was being learned: learn it anew.';
    const ended = new Set<string>();
    await this.#eachOf(streams, async ({ lesson, ...rest }) => {
      const data = { relation: rest.relation.id, problem };
      const event = this.#relations.event('relation/not-learned', 'site', undefined, data);
      if (lesson !== undefined) await this.#relations.keep({ ...rest, problem }, event);
      await this.#teller.put(rest);
      for (const stream of rest.relation.streams) ended.add(stream);
    });
    return [...ended];
  }

  /** A stream is there, or there again: what names it can be compared. */
  appeared(stream: string): Promise<void> {
    return this.#eachOf([stream], (record) => this.#teller.put(record));
  }

  /** Judging begins: with all that is known from before. */
  async tell(): Promise<void> {
    for (const record of this.all) await this.#teller.put(record, true);
  }

  /** What is being learned from now is learned from after the next start. */
  stop(): void {
    this.#learning.stop();
  }

  /** Of those that name one of the streams. */
  async #eachOf(streams: readonly string[], work: (record: RelationRecord) => Promise<void>): Promise<void> {
    const asked = new Set(streams);
    for (const { relation } of this.all)
      if (relation.streams.some((each) => asked.has(each)))
        await this.#relations.alone(relation.id, async () => {
          const record = this.#relations.find(relation.id);
          if (record !== undefined) await work(record);
        });
  }
}
