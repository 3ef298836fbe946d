import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import { type AlarmWindow, type CountedMemory, type KnownStream, parseWandered } from '@kiten/measurement';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { allMemories, allWandered, lastingAlarms, type StreamRecord } from '../../store/streams.ts';
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

/** What is kept of a stream, as JSON: what freshness remembers, and where its normal has wandered to. */
interface Kept {
  readonly memory: string | undefined;
  readonly wandered: string | undefined;
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
    const wandered = await allWandered(database);
    for (const record of book.streams) {
      const { stream } = record;
      const kept = { memory: memories.get(stream), wandered: wandered.get(stream) };
      await this.#put(record, kept, alarms.get(stream));
    }
    await relations.tell();
    await finds.tell();
    send({ kind: 'all' });
  }

  /** A stream from before. What cannot be judged by any more is told, and the stream goes on unjudged. */
  async #put(record: StreamRecord, { memory, wandered }: Kept, window?: AlarmWindow): Promise<void> {
    const { profile: digest, lesson } = record;
    const { clock, keys, send } = this.#parts;
    const at = clock.now();
    await keys.tell(record);
    const profile = digest === undefined ? undefined : await this.#profile(record.stream, digest, wandered);
    send({
      kind: 'put',
      known: {
        ...knownOf(record),
        ...(memory === undefined ? {} : { memory: JSON.parse(memory) as CountedMemory }),
        ...(profile === undefined ? {} : { profile }),
        ...(lesson === undefined ? {} : { lesson }),
        ...(window === undefined || profile === undefined ? {} : { alarm: { window, at } }),
      },
      resumes: true,
    });
  }

  async #profile(stream: string, digest: string, kept: string | undefined): Promise<KnownStream['profile']> {
    const text = await this.#tried(stream, () => this.#parts.profiles.read(digest));
    if (text === undefined || kept === undefined) return text && { text, digest };
    const wandered = await this.#tried(stream, async () => parseWandered(encodeUtf8(kept), digest));
    return { text, digest, ...(wandered && { wandered }) };
  }

  /** `undefined`: it could not be read, which is told. */
  async #tried<T>(stream: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      this.#parts.logger.error({ code: error.code, stream }, error.message);
      return undefined;
    }
  }
}
