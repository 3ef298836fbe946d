import type { Clock } from '@kiten/codec';
import { type FoundChange, type FoundStreams, foundFor } from '@kiten/measurement';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import {
  forgetFoundReadings,
  foundReadings,
  isAnythingFound,
  keepFoundReadings,
} from '../../store/found-readings.ts';
import { Turns } from '../turns.ts';
import type { JudgingHealth } from './judging-health.ts';
import type { StreamThread } from './stream-thread.ts';

export interface FindsParts {
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The keys of a device's certificates, DER SubjectPublicKeyInfo. */
  readonly keysOf: (device: string) => Promise<readonly Uint8Array[]>;
  /** Where it is looked for readings. */
  readonly thread: () => Pick<StreamThread, 'send' | 'ask' | 'isAtWork'> | undefined;
  readonly health: Pick<JudgingHealth, 'state'>;
}

/** Readings that devices publish and that nobody declared: kept as they are found, so that a restart forgets nothing. */
export class Finds {
  readonly #parts: FindsParts;
  readonly #turns = new Turns();

  constructor(parts: FindsParts) {
    this.#parts = parts;
  }

  /** What could be declared. @throws KitenError `kiten/stream-worker` if whoever knows has ended and was not replaced yet */
  async all(): Promise<readonly FoundStreams[]> {
    const thread = this.#parts.thread();
    const hasEnded = this.#parts.health.state.stoppedAt !== undefined;
    // Nobody has published anything.
    if (thread === undefined || !(thread.isAtWork || hasEnded)) return [];
    const { found = [] } = await thread.ask({ found: true });
    return found;
  }

  /** Whether something was found before. */
  any(): Promise<boolean> {
    return isAnythingFound(this.#parts.database, this.#since);
  }

  /** Resolves when it is kept, or the log says why not. */
  async keep(change: FoundChange): Promise<void> {
    const { database, logger } = this.#parts;
    try {
      await this.#turns.take('found', () =>
        database.transaction().execute((store) => keepFoundReadings(store, change)),
      );
    } catch (error) {
      logger.error({ err: error }, 'what was found could not be kept');
    }
  }

  /** Tells a thread that begins what was found before it; what was not seen for too long is let go of. */
  tell(): Promise<void> {
    return this.#turns.take('found', async () => {
      const { database, thread } = this.#parts;
      await forgetFoundReadings(database, this.#since);
      const found = await foundReadings(database, this.#since);
      if (found.length > 0) thread()?.send({ kind: 'recall', found });
    });
  }

  /** Tells whoever looks what a device may sign packs with. */
  async tellKeys(device: string): Promise<void> {
    const { keysOf, thread, logger } = this.#parts;
    try {
      const keys = await keysOf(device);
      thread()?.send({ kind: 'asked-keys', device, keys });
    } catch (error) {
      logger.error({ err: error, device }, 'the keys of a device could not be told');
    }
  }

  /** Resolves when nothing is being kept any more. */
  settled(): Promise<void> {
    return this.#turns.take('found', () => Promise.resolve());
  }

  get #since(): number {
    return this.#parts.clock.now() - foundFor;
  }
}
