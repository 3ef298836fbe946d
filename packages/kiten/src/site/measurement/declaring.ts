import { encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import { checkDeclaration, type StreamDeclaration } from '@kiten/measurement';
import {
  type DeclarationRecord,
  forgetDeclaration,
  forgetStreams,
  putDeclaration,
} from '../../store/streams.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

export interface DeclaringParts {
  readonly book: StreamBook;
  readonly journal: Journal;
  readonly send: (command: StreamCommand) => void;
  readonly declared: (change: DeclarationChange) => void;
}

/** Whether there are more declarations than before, or others; or fewer. */
export type DeclarationChange = 'more' | 'fewer';

const mostDeclarations = 256;

/** Says which messages are readings, on an operator's word. */
export class Declaring {
  readonly #parts: DeclaringParts;
  readonly #turns = new Turns();

  constructor(parts: DeclaringParts) {
    this.#parts = parts;
  }

  /** @throws KitenError `measurement/stream-declaration`, `kiten/stream-declarations-full` */
  declare(declaration: StreamDeclaration, operator: Operator, reason: string): Promise<DeclarationRecord> {
    return this.#turns.take('streams', async () => {
      checkDeclaration(declaration);
      const { book, journal } = this.#parts;
      const { id, filter } = declaration;
      if (book.declared(id) === undefined && book.declarations.length >= mostDeclarations)
        throw new KitenError(
          'kiten/stream-declarations-full',
          `There are ${mostDeclarations} declarations already.`,
        );
      const data = { declaration: id, filter, sha256: digestOf(declaration) };
      const event = book.event('stream/declared', operator, reason, data);
      const record = { declaration, setBy: event.actor, setAt: event.at, reason };
      await journal.commit([event], async (store) => {
        await putDeclaration(store, record);
        await forgetStreams(store, id);
      });
      book.declare(record);
      this.tell();
      this.#parts.declared('more');
      return record;
    });
  }

  /** @throws KitenError `kiten/stream-declaration-unknown` */
  undeclare(id: string, operator: Operator, reason: string): Promise<void> {
    return this.#turns.take('streams', async () => {
      const { book, journal } = this.#parts;
      if (book.declared(id) === undefined)
        throw new KitenError(
          'kiten/stream-declaration-unknown',
          `No streams “${id.slice(0, 80)}” are declared.`,
        );
      const event = book.event('stream/undeclared', operator, reason, { declaration: id });
      await journal.commit([event], async (store) => {
        await forgetDeclaration(store, id);
        await forgetStreams(store, id);
      });
      book.undeclare(id);
      this.tell();
      this.#parts.declared('fewer');
    });
  }

  /** Tells whoever judges what is declared. */
  tell(): void {
    const declarations = this.#parts.book.declarations.map(({ declaration }) => declaration);
    this.#parts.send({ kind: 'declare', declarations });
  }
}

/** The log has no room for a declaration; it says which one it was. */
function digestOf(declaration: StreamDeclaration): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(declaration))));
}
