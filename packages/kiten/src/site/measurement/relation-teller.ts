import { encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { sha256 } from '@kiten/identity';
import {
  channelsOf,
  type JointStream,
  joinedStreams,
  type KnownRelation,
  type StreamRelation,
} from '@kiten/measurement';
import type { Logger } from 'pino';
import type { RelationRecord } from '../../store/stream-relations.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamCommand } from './stream-messages.ts';

export interface RelationTellerParts {
  readonly logger: Logger;
  readonly book: StreamBook;
  readonly profiles: ProfileFiles;
  readonly send: (command: StreamCommand) => void;
}

/** Tells the thread that judges which streams are compared, and by what. */
export class RelationTeller {
  readonly #parts: RelationTellerParts;

  constructor(parts: RelationTellerParts) {
    this.#parts = parts;
  }

  /** What cannot be compared any more is told to people, and goes on uncompared. */
  async put({ relation, profile: digest, lesson }: RelationRecord): Promise<void> {
    const { profiles, logger, send } = this.#parts;
    const { id, every } = relation;
    try {
      const known: KnownRelation = {
        ...{ id, every, streams: this.joined(relation) },
        ...(digest === undefined ? {} : { profile: { text: await profiles.read(digest), digest } }),
        ...(lesson === undefined ? {} : { lesson }),
      };
      send({ kind: 'relate', known });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      logger.error({ code: error.code, relation: id }, error.message);
    }
  }

  /** Its streams with their channels. @throws KitenError `kiten/stream-unknown`, `measurement/…` */
  joined(relation: StreamRelation): JointStream[] {
    const { book } = this.#parts;
    return joinedStreams(relation, (stream) => {
      const declared = book.declarationOf(book.get(stream).stream);
      return declared === undefined ? [] : channelsOf(declared);
    });
  }
}

/** The log has no room for all of it; it says which one it was. */
export function digestOfRelation(relation: StreamRelation): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(relation))));
}
