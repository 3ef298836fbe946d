import { type Clock, KitenError } from '@kiten/codec';
import { checkDeclaration, type StreamDeclaration, streamSubject } from '@kiten/measurement';
import type { RecordedEvent } from '@kiten/trust';
import type { Database } from '../../store/database.ts';
import {
  allDeclarations,
  allStreams,
  type DeclarationRecord,
  forgetWandered,
  putStream,
  type StreamRecord,
} from '../../store/streams.ts';
import type { EventHub } from '../event-hub.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';

export interface StreamBookParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly clock: Clock;
}

/** What becomes of streams when their declaration says something else. */
export interface StreamChange {
  /** Nothing declares them any more. */
  readonly gone: readonly StreamRecord[];
  /** Their rows are others than before, and nothing that was learned is of them. */
  readonly anew: readonly StreamRecord[];
}

/** Which streams there are, and what declares them, as it stands in the store. */
export class StreamBook {
  readonly #parts: StreamBookParts;
  readonly #declarations = new Map<string, DeclarationRecord>();
  readonly #streams = new Map<string, StreamRecord>();
  readonly #turns = new Turns();

  private constructor(parts: StreamBookParts) {
    this.#parts = parts;
  }

  static async open(parts: StreamBookParts): Promise<StreamBook> {
    const book = new StreamBook(parts);
    for (const record of await allDeclarations(parts.database)) {
      checkDeclaration(record.declaration);
      book.#declarations.set(record.declaration.id, record);
    }
    for (const record of await allStreams(parts.database)) book.#streams.set(record.stream, record);
    return book;
  }

  /** Nobody else changes the book meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take('book', work);
  }

  /** In the order of their names. */
  get declarations(): readonly DeclarationRecord[] {
    return [...this.#declarations.values()].toSorted((one, other) =>
      one.declaration.id < other.declaration.id ? -1 : 1,
    );
  }

  get streams(): readonly StreamRecord[] {
    return [...this.#streams.values()].toSorted((one, other) => (one.stream < other.stream ? -1 : 1));
  }

  declared(id: string): DeclarationRecord | undefined {
    return this.#declarations.get(id);
  }

  find(stream: string): StreamRecord | undefined {
    return this.#streams.get(stream);
  }

  /** @throws KitenError `kiten/stream-unknown` */
  get(stream: string): StreamRecord {
    const record = this.#streams.get(stream);
    if (record !== undefined) return record;
    throw new KitenError('kiten/stream-unknown', `No stream “${stream.slice(0, 140)}” has appeared.`);
  }

  declarationOf(stream: string): StreamDeclaration | undefined {
    return this.#declarations.get(this.#streams.get(stream)?.declaration ?? '')?.declaration;
  }

  /** Streams of what is declared by that name. */
  streamsOf(declaration: string): readonly StreamRecord[] {
    return [...this.#streams.values()].filter((record) => record.declaration === declaration);
  }

  /** What is in the store is the case from now on: some of its streams are no more, others as they are given. */
  declare(record: DeclarationRecord, { gone, anew }: StreamChange): void {
    this.#declarations.set(record.declaration.id, record);
    for (const { stream } of gone) this.#streams.delete(stream);
    for (const each of anew) this.#streams.set(each.stream, each);
  }

  undeclare(id: string): void {
    for (const { stream } of this.streamsOf(id)) this.#streams.delete(stream);
    this.#declarations.delete(id);
  }

  /** A stream is no more in the store, as the event says. */
  forget(stream: string, { type, at }: RecordedEvent): void {
    this.#streams.delete(stream);
    this.#parts.hub.publish('stream', { stream, outcome: type, at });
  }

  /** A stream has appeared. */
  async add(record: StreamRecord): Promise<void> {
    await this.note(record);
    this.#parts.hub.publish('stream', {
      stream: record.stream,
      outcome: 'appeared',
      at: record.appearedAt,
    });
  }

  /** Something of a stream that is no event. */
  async note(record: StreamRecord): Promise<void> {
    await putStream(this.#parts.database, record);
    this.#streams.set(record.stream, record);
  }

  /** A stream as it is from now on, with the event that made it so; where it is judged by something else, nothing wandered yet. */
  async keep(record: StreamRecord, event: RecordedEvent): Promise<void> {
    const isAnew = record.profile !== this.#streams.get(record.stream)?.profile;
    await this.#parts.journal.commit([event], async (store) => {
      await putStream(store, record);
      if (isAnew) await forgetWandered(store, record.stream);
    });
    this.#streams.set(record.stream, record);
    this.#parts.hub.publish('stream', { stream: record.stream, outcome: event.type, at: event.at });
  }

  /** An event of now that an operator caused. */
  event(
    type: string,
    operator: Operator,
    reason: string,
    data: Readonly<Record<string, string | number>>,
  ): RecordedEvent {
    const about = typeof data.stream === 'string' ? { subject: streamSubject(data.stream) } : {};
    return { type, at: this.#parts.clock.now(), actor: `operator:${operator.name}`, reason, data, ...about };
  }
}
