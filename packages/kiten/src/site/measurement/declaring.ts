import { encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import {
  checkDeclaration,
  hasSameChannels,
  hasSameRows,
  isStillOf,
  type StreamDeclaration,
} from '@kiten/measurement';
import {
  beginStreams,
  type DeclarationRecord,
  forgetDeclaration,
  forgetStreams,
  putDeclaration,
  type StreamRecord,
} from '../../store/streams.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import type { SourceKeys } from './source-keys.ts';
import type { StreamBook, StreamChange } from './stream-book.ts';
import { knownOf, type StreamCommand } from './stream-messages.ts';

export interface DeclaringParts {
  readonly book: StreamBook;
  readonly journal: Journal;
  readonly keys: Pick<SourceKeys, 'tell'>;
  readonly send: (command: StreamCommand) => void;
  readonly declared: (change: DeclarationChange) => void;
  /** Streams that are no more, or have other channels. Resolves to those that are not compared any more because of that. */
  readonly changed: (streams: readonly string[]) => Promise<readonly string[]>;
  readonly ended: (what: EndedJudging) => Promise<void>;
}

/** Streams that are not judged by what they were any more, and those that are not compared with others any more. */
export interface EndedJudging {
  readonly unjudged: readonly string[];
  readonly uncompared: readonly string[];
}

/** Whether there are more declarations than before, or others; or fewer. */
export type DeclarationChange = 'more' | 'fewer';

const mostDeclarations = 256;

/** Says which messages are readings, on an operator's word. */
export class Declaring {
  readonly #parts: DeclaringParts;

  constructor(parts: DeclaringParts) {
    this.#parts = parts;
  }

  /** @throws KitenError `measurement/stream-declaration`, `kiten/stream-declarations-full` */
  async declare(
    declaration: StreamDeclaration,
    operator: Operator,
    reason: string,
  ): Promise<DeclarationRecord> {
    checkDeclaration(declaration);
    const { book, journal, keys, send } = this.#parts;
    const { record, ...ended } = await book.alone(async () => {
      const { id, filter } = declaration;
      const before = book.declared(id)?.declaration;
      if (before === undefined && book.declarations.length >= mostDeclarations)
        throw new KitenError(
          'kiten/stream-declarations-full',
          `There are ${mostDeclarations} declarations already.`,
        );
      const data = { declaration: id, filter, sha256: digestOf(declaration) };
      const event = book.event('stream/declared', operator, reason, data);
      const record = { declaration, setBy: event.actor, setAt: event.at, reason };
      const change = changeOf(book.streamsOf(id), before, record);
      const [gone, anew] = [change.gone, change.anew].map(namesOf) as [string[], string[]];
      await journal.commit([event], async (store) => {
        await putDeclaration(store, record);
        await forgetStreams(store, gone, event.at);
        await beginStreams(store, anew, { at: event.at, lesson: change.anew[0]?.lesson });
      });
      book.declare(record, change);
      this.tell();
      for (const each of change.anew)
        if (each.lesson !== undefined)
          send({ kind: 'put', known: { ...knownOf(each), lesson: each.lesson } });
      if (before !== undefined && !hasSameKeys(before, declaration))
        for (const each of book.streamsOf(id)) await keys.tell(each);
      this.#parts.declared('more');
      const isSame = before !== undefined && hasSameChannels(before, declaration);
      const uncompared = await this.#parts.changed(isSame ? gone : [...gone, ...anew]);
      return { record, unjudged: [...gone, ...anew], uncompared };
    });
    await this.#parts.ended(ended);
    return record;
  }

  /** @throws KitenError `kiten/stream-declaration-unknown` */
  async undeclare(id: string, operator: Operator, reason: string): Promise<void> {
    const { book, journal } = this.#parts;
    const ended = await book.alone(async () => {
      if (book.declared(id) === undefined)
        throw new KitenError(
          'kiten/stream-declaration-unknown',
          `No streams “${id.slice(0, 80)}” are declared.`,
        );
      const event = book.event('stream/undeclared', operator, reason, { declaration: id });
      const gone = namesOf(book.streamsOf(id));
      await journal.commit([event], async (store) => {
        await forgetDeclaration(store, id);
        await forgetStreams(store, gone, event.at);
      });
      book.undeclare(id);
      this.tell();
      this.#parts.declared('fewer');
      return { unjudged: gone, uncompared: await this.#parts.changed(gone) };
    });
    await this.#parts.ended(ended);
  }

  /**
   * A stream is no more, and what was learned of it: one whose device or sensor is gone. Should it say something after all, it appears anew.
   *
   * @throws KitenError `kiten/stream-unknown`
   */
  async forget(stream: string, operator: Operator, reason: string): Promise<void> {
    const { book, journal, send } = this.#parts;
    const ended = await book.alone(async () => {
      const { declaration } = book.get(stream);
      const event = book.event('stream/forgotten', operator, reason, { stream, declaration });
      await journal.commit([event], (store) => forgetStreams(store, [stream], event.at));
      book.forget(stream, event);
      send({ kind: 'forget', stream });
      return { unjudged: [stream], uncompared: await this.#parts.changed([stream]) };
    });
    await this.#parts.ended(ended);
  }

  /** Tells whoever judges what is declared. */
  tell(): void {
    const declarations = this.#parts.book.declarations.map(({ declaration }) => declaration);
    this.#parts.send({ kind: 'declare', declarations });
  }
}

/** What becomes of the streams of a declaration. Where their rows are others, what it says of streams that appear is done anew. */
function changeOf(
  streams: readonly StreamRecord[],
  before: StreamDeclaration | undefined,
  { declaration, setAt }: DeclarationRecord,
): StreamChange {
  const [still, gone] = [true, false].map((is) =>
    streams.filter((record) => isStillOf(declaration, record) === is),
  ) as [StreamRecord[], StreamRecord[]];
  if (before === undefined || hasSameRows(before, declaration)) return { gone, anew: [] };
  const { learnSeconds } = declaration;
  const lesson = learnSeconds === undefined ? {} : { lesson: { until: setAt + learnSeconds * 1000 } };
  const anew = still.map(({ stream, device, declaration: id, topic, appearedAt }) => ({
    ...{ stream, device, declaration: id, topic, appearedAt, accepts: false, ...lesson },
  }));
  return { gone, anew };
}

function hasSameKeys(before: StreamDeclaration, now: StreamDeclaration): boolean {
  const [one, other] = [before, now].map(({ form, key, keys }) => JSON.stringify([form, key, keys]));
  return one === other;
}

const namesOf = (streams: readonly StreamRecord[]): string[] => streams.map(({ stream }) => stream);

/** The log has no room for a declaration; it says which one it was. */
function digestOf(declaration: StreamDeclaration): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(declaration))));
}
