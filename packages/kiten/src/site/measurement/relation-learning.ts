import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import { crossCheckText, parseCrossProfile, type RelationReport, summaryOf } from '@kiten/measurement';
import type { RelationRecord } from '../../store/stream-relations.ts';
import type { Learner } from './learner.ts';
import type { Lesson, Proposed } from './learning.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { RelationBook } from './relation-book.ts';
import type { RelationTeller } from './relation-teller.ts';
import type { LearningTask, StreamCommand } from './stream-messages.ts';

/** What was learned of a relation, and waits; with `proposal`, only if it is that one, SHA-256 in hexadecimal. */
export interface WaitingRelation {
  readonly relation: string;
  readonly proposal?: string | undefined;
}

export interface RelationLearningParts {
  readonly clock: Clock;
  readonly relations: RelationBook;
  readonly teller: RelationTeller;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  readonly send: (command: StreamCommand) => void;
}

/** What came of a lesson: a profile that waits to be accepted with checks that it proposes, or why there is none. */
type RelationLearned =
  | Required<Pick<RelationRecord, 'proposal' | 'related'>>
  | Required<Pick<RelationRecord, 'problem'>>;

/** Lessons of streams that are compared: what they are learned from, and what is accepted of what was learned. */
export class RelationLearning {
  readonly #parts: RelationLearningParts;
  #isStopping = false;

  constructor(parts: RelationLearningParts) {
    this.#parts = parts;
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/stream-unknown` */
  learn(
    id: string,
    { seconds, rows, accepts }: Lesson,
    actor: string,
    reason: string,
  ): Promise<RelationRecord> {
    const { relations, teller, clock } = this.#parts;
    return relations.alone(id, async () => {
      const { problem: _, proposal: _none, related: _neither, ...before } = relations.get(id);
      const until = clock.now() + seconds * 1000;
      const record = { ...before, accepts, lesson: { until, ...(rows === undefined ? {} : { rows }) } };
      const event = relations.event('relation/learning', actor, reason, { relation: id, seconds });
      await relations.keep(record, event);
      await teller.put(record);
      return record;
    });
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/relation-learned-otherwise`, `kiten/profile-…` */
  accept(of: WaitingRelation, actor: string, reason: string): Promise<RelationRecord> {
    return this.#parts.relations.alone(of.relation, () => this.#accept(of, actor, reason));
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learning` */
  stopLesson(id: string, actor: string, reason: string): Promise<RelationRecord> {
    const { relations, send } = this.#parts;
    return relations.alone(id, async () => {
      const { lesson, ...rest } = relations.get(id);
      if (lesson === undefined)
        throw new KitenError('kiten/relation-not-learning', `“${id}” is not being learned.`);
      const record = { ...rest, accepts: false };
      const event = relations.event('relation/lesson-stopped', actor, reason, { relation: id });
      await relations.keep(record, event);
      send({ kind: 'stop-lesson', of: id });
      return record;
    });
  }

  /** @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/relation-learned-otherwise` */
  refuse(of: WaitingRelation, actor: string, reason: string): Promise<RelationRecord> {
    const { relations } = this.#parts;
    const { relation: id } = of;
    return relations.alone(id, async () => {
      // The checks that it proposes were learned from the same rows.
      const { proposal: _, related: _neither, ...record } = relations.get(id);
      const data = { relation: id, profile: this.#waiting(of) };
      await relations.keep(record, relations.event('relation/refused', actor, reason, data));
      return record;
    });
  }

  /**
   * What waits to be accepted, and what would be judged by no more, by its sensors.
   *
   * @throws KitenError `kiten/relation-unknown`, `kiten/relation-not-learned`, `kiten/profile-…`
   */
  async proposed(id: string): Promise<Proposed> {
    const { relations, profiles } = this.#parts;
    const summary = async (digest: string) => ({
      ...{ digest, ...summaryOf(parseCrossProfile(await profiles.read(digest)).relation) },
    });
    const proposal = await summary(this.#waiting({ relation: id }));
    const { profile } = relations.get(id);
    return profile === undefined ? { proposal } : { proposal, profile: await summary(profile) };
  }

  /** It was said what its sensors are measured in: the rest of the lesson has to be so, too. */
  heard({ relation: id, until, units }: RelationReport & { kind: 'relation-heard' }): Promise<void> {
    const { relations } = this.#parts;
    return relations.alone(id, async () => {
      const now = relations.find(id);
      if (now?.lesson?.until === until) await relations.note({ ...now, lesson: { ...now.lesson, units } });
    });
  }

  /** It has all that it is to be learned from. */
  async taught({
    relation: id,
    frame,
    until,
    isCut,
  }: RelationReport & { kind: 'relation-taught' }): Promise<void> {
    const { relations, teller, send } = this.#parts;
    const record = relations.find(id);
    if (record === undefined) return;
    const { every, checks, alarmsPerDay } = record.relation;
    const { rows } = frame;
    const streams = teller.joined(record.relation);
    const learned = await this.#learned({ frame, alarmsPerDay, relation: { every, checks, streams } });
    await relations.alone(id, async () => {
      const now = relations.find(id);
      // Where the site stops it will be learned from after the next start; where another lesson was begun, that one counts.
      if (this.#isStopping || now?.lesson?.until !== until) return;
      const { lesson: _, ...rest } = now;
      const isLearned = 'proposal' in learned;
      const data = isLearned
        ? { relation: id, rows, profile: learned.proposal }
        : { relation: id, rows, problem: learned.problem };
      const type = isLearned ? 'relation/learned' : 'relation/not-learned';
      const cut = isCut ? { problem: `Lessons had no more room: it was learned from ${rows} rows.` } : {};
      await relations.keep({ ...rest, ...cut, ...learned }, relations.event(type, 'site', undefined, data));
      send({ kind: 'lesson-over', of: id });
      if (isLearned && rest.accepts)
        await this.#accept({ relation: id }, 'site', 'It was to be accepted once it was learned.');
    });
  }

  /** What is being learned from now is learned from after the next start. */
  stop(): void {
    this.#isStopping = true;
  }

  async #accept(of: WaitingRelation, actor: string, reason: string): Promise<RelationRecord> {
    const { relations, teller, profiles } = this.#parts;
    const { relation: id } = of;
    const { proposal: _, problem: _past, ...rest } = relations.get(id);
    const proposal = this.#waiting(of);
    const record: RelationRecord = { ...rest, profile: proposal };
    await profiles.read(proposal);
    const data = { relation: id, profile: proposal };
    await relations.keep(record, relations.event('relation/accepted', actor, reason, data));
    await teller.put(record);
    return record;
  }

  #waiting({ relation: id, proposal: seen }: WaitingRelation): string {
    const { proposal } = this.#parts.relations.get(id);
    if (proposal === undefined)
      throw new KitenError(
        'kiten/relation-not-learned',
        `Nothing that was learned of “${id}” waits to be accepted.`,
      );
    if (seen === undefined || seen === proposal) return proposal;
    throw new KitenError(
      'kiten/relation-learned-otherwise',
      `What waits to be accepted of “${id}” is by now ${proposal}: look at that first.`,
    );
  }

  async #learned(task: LearningTask): Promise<RelationLearned> {
    const { learner, profiles } = this.#parts;
    let octets: Uint8Array;
    try {
      octets = encodeUtf8(await learner.learn(task));
    } catch (error) {
      if (error instanceof KitenError) return { problem: error.message.slice(0, 500) };
      throw error;
    }
    const related = parseCrossProfile(octets).related.map(({ check, explained }) => ({
      ...{ check: crossCheckText(check), explained },
    }));
    return { proposal: await profiles.keep(octets), related };
  }
}
