import { type Clock, KitenError } from '@kiten/codec';
import type { AlarmWindow, KnownStream, StreamMemory } from '@kiten/measurement';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { allMemories, lastingAlarms, type StreamRecord } from '../../store/streams.ts';
import type { Declaring } from './declaring.ts';
import type { Finds } from './finds.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { Relations } from './relations.ts';
import type { SourceKeys } from './source-keys.ts';
import type { StreamBook } from './stream-book.ts';
import { knownOf, type StreamCommand } from './stream-messages.ts';

export interface StreamTellerParts {
  readonly book: StreamBook;
  readonly database: Database;
  readonly profiles: ProfileFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly declaring: Pick<Declaring, 'tell'>;
  readonly keys: SourceKeys;
  readonly relations: Pick<Relations, 'tell'>;
  readonly finds: Pick<Finds, 'tell'>;
  readonly send: (command: StreamCommand) => void;
}

/** Tells a thread that begins to judge all that is known from before. */
export class StreamTeller {
  readonly #parts: StreamTellerParts;

  constructor(parts: StreamTellerParts) {
    this.#parts = parts;
  }

  async tell(): Promise<void> {
    const { book, database, declaring, relations, finds, send } = this.#parts;
    declaring.tell();
    const memories = await allMemories(database);
    const alarms = new Map((await lastingAlarms(database)).map((window) => [window.stream, window]));
    for (const record of book.streams)
      await this.#put(record, memories.get(record.stream), alarms.get(record.stream));
    await relations.tell();
    await finds.tell();
    send({ kind: 'all' });
  }

  /** A stream from before. What cannot be judged by any more is told, and the stream goes on unjudged. */
  async #put(
    record: StreamRecord,
    memory: string | undefined,
    window: AlarmWindow | undefined,
  ): Promise<void> {
    const { profile: digest, lesson } = record;
    const { clock, keys, send } = this.#parts;
    const at = clock.now();
    await keys.tell(record);
    const profile = digest === undefined ? undefined : await this.#profile(record.stream, digest);
    send({
      kind: 'put',
      known: {
        ...knownOf(record),
        ...(memory === undefined ? {} : { memory: JSON.parse(memory) as StreamMemory }),
        ...(profile === undefined ? {} : { profile }),
        ...(lesson === undefined ? {} : { lesson }),
        ...(window === undefined || profile === undefined ? {} : { alarm: { window, at } }),
      },
      resumes: true,
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
}
