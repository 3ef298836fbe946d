import { type Clock, KitenError } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Database } from '../../store/database.ts';
import { putRelation, type RelationRecord } from '../../store/stream-relations.ts';
import type { Tables } from '../../store/tables.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import { Turns } from '../turns.ts';

export interface RelationBookParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly clock: Clock;
}

/** Which streams are compared, as it stands in the store. */
export class RelationBook {
  readonly #parts: RelationBookParts;
  readonly #records: Map<string, RelationRecord>;
  readonly #turns = new Turns();

  /** @param records as they stand in the store */
  constructor(parts: RelationBookParts, records: readonly RelationRecord[]) {
    this.#parts = parts;
    this.#records = new Map(records.map((record) => [record.relation.id, record]));
  }

  /** Nobody else changes what is known of it meanwhile. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(id, work);
  }

  /** In the order of their names. */
  get all(): readonly RelationRecord[] {
    return [...this.#records.values()].toSorted((one, other) =>
      one.relation.id < other.relation.id ? -1 : 1,
    );
  }

  find(id: string): RelationRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws KitenError `kiten/relation-unknown` */
  get(id: string): RelationRecord {
    const record = this.#records.get(id);
    if (record !== undefined) return record;
    throw new KitenError('kiten/relation-unknown', `No streams are compared as “${id.slice(0, 80)}”.`);
  }

  /** Something of a relation that is no event. */
  async note(record: RelationRecord): Promise<void> {
    await putRelation(this.#parts.database, record);
    this.#records.set(record.relation.id, record);
  }

  /** A relation as it is from now on, with the event that made it so. @param besides changes the store with it */
  async keep(
    record: RelationRecord,
    event: RecordedEvent,
    besides?: (store: Kysely<Tables>) => Promise<void>,
  ): Promise<void> {
    const { id } = record.relation;
    await this.#parts.journal.commit([event], async (store) => {
      await besides?.(store);
      await putRelation(store, record);
    });
    this.#records.set(id, record);
    this.#parts.hub.publish('stream', { stream: id, outcome: event.type, at: event.at });
  }

  /** It is no more. @param change makes it so in the store */
  async forget(
    id: string,
    event: RecordedEvent,
    change: (store: Kysely<Tables>) => Promise<void>,
  ): Promise<void> {
    await this.#parts.journal.commit([event], change);
    this.#records.delete(id);
  }

  /** An event of now. */
  event(
    type: string,
    actor: string,
    reason: string | undefined,
    data: Readonly<Record<string, string | number>>,
  ): RecordedEvent {
    return { type, at: this.#parts.clock.now(), actor, data, ...(reason === undefined ? {} : { reason }) };
  }
}
