import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import {
  askWitness,
  type Ledger,
  type PublishedCheckpoint,
  parseCheckpoint,
  parseVerifierKey,
} from '@kiten/ledger';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { type AskedWitness, askedWitnesses, deleteWitness, putWitness } from '../store/witnesses.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import { addressOf, post } from './outbound.ts';

export interface WitnessDeskParts {
  readonly database: Database;
  readonly ledger: Pick<Ledger, 'checkpoint' | 'attach' | 'proveConsistency'>;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** How long a witness is let alone at most after it could not be reached, in milliseconds. */
const longestPause = 300_000;
const shortestPause = 2_000;

interface Asking {
  /** Nobody is asked twice at once; what came up meanwhile is asked next. */
  running?: Promise<void>;
  next?: Promise<void>;
  pausedUntil: number;
  pause: number;
}

/**
 * The witnesses that this site's log asks: each checkpoint is submitted to each, and what they sign is added to it.
 * What they object to is kept and shown, because it says that somebody sees, or saw, another log.
 */
export class WitnessDesk {
  readonly #parts: WitnessDeskParts;
  #witnesses: readonly AskedWitness[];
  readonly #asking = new Map<string, Asking>();

  private constructor(parts: WitnessDeskParts, witnesses: readonly AskedWitness[]) {
    this.#parts = parts;
    this.#witnesses = witnesses;
  }

  static async open(parts: WitnessDeskParts): Promise<WitnessDesk> {
    return new WitnessDesk(parts, await askedWitnesses(parts.database));
  }

  all(): readonly AskedWitness[] {
    return this.#witnesses;
  }

  /** @throws KitenError `ledger/verifier-key-malformed`, `kiten/witness-key`, `kiten/peer-address` */
  async add(
    witness: { key: string; url: string; ca?: string | undefined },
    operator: Operator,
    reason: string,
  ): Promise<AskedWitness> {
    const { name, kind } = parseVerifierKey(witness.key);
    if (kind === 'ed25519') {
      throw new KitenError(
        'kiten/witness-key',
        'This is the key of a log. A witness cosigns with one of its own.',
      );
    }
    addressOf(witness.url);
    const { key, url, ca } = witness;
    const added: AskedWitness = { name, key, url, size: 0, ...(ca === undefined ? {} : { ca }) };
    await this.#record('witness/added', added, operator, reason, putWitness);
    this.#asking.delete(name);
    await this.ask(this.#parts.ledger.checkpoint());
    return this.#witnesses.find((one) => one.name === name) ?? added;
  }

  async remove(name: string, operator: Operator, reason: string): Promise<void> {
    const known = this.#witnesses.find((one) => one.name === name);
    if (known === undefined)
      throw new KitenError('kiten/not-found', `No witness is called ${name.slice(0, 80)}.`);
    await this.#record('witness/removed', known, operator, reason, (store, { name }) =>
      deleteWitness(store, name).then(() => undefined),
    );
    this.#asking.delete(name);
  }

  /** A checkpoint was published. */
  published({ text }: PublishedCheckpoint): void {
    this.ask(text).catch((error: unknown) =>
      this.#parts.logger.error({ err: error }, 'the witnesses could not be asked'),
    );
  }

  /** Whether all have cosigned a checkpoint that can be reached and do not object. */
  haveCosigned(checkpoint: string): boolean {
    const { note } = parseCheckpoint(encodeUtf8(checkpoint));
    const names = new Set(note.signatures.map(({ name }) => name));
    return this.#witnesses.every(({ name, problem }) => problem !== undefined || names.has(name));
  }

  /** Asks those again that have not cosigned, when they have been let alone long enough. */
  async askAgain(): Promise<void> {
    const { ledger } = this.#parts;
    const troubled = this.#witnesses.filter(({ problem }) => problem !== undefined);
    await Promise.all(troubled.map(({ name }) => this.#askInTurn(name, ledger.checkpoint())));
  }

  /** Asks all that are not paused, and resolves when each has answered or failed. */
  async ask(checkpoint: string): Promise<void> {
    await Promise.all(this.#witnesses.map((witness) => this.#askInTurn(witness.name, checkpoint)));
  }

  #askInTurn(name: string, checkpoint: string): Promise<void> {
    const asking = this.#asking.get(name) ?? { pausedUntil: 0, pause: shortestPause };
    this.#asking.set(name, asking);
    if (asking.running !== undefined) {
      // However many checkpoints came up meanwhile, the newest has them all.
      const again = () => {
        delete asking.next;
        return this.#askInTurn(name, this.#parts.ledger.checkpoint());
      };
      asking.next ??= asking.running.then(again, again);
      return asking.next;
    }
    if (this.#parts.clock.now() < asking.pausedUntil) return Promise.resolve();
    asking.running = this.#askOne(name, checkpoint, asking).finally(() => {
      delete asking.running;
    });
    return asking.running;
  }

  async #askOne(name: string, checkpoint: string, asking: Asking): Promise<void> {
    const { ledger, clock } = this.#parts;
    const witness = this.#witnesses.find((one) => one.name === name);
    if (witness === undefined) return;
    try {
      const { lines, cosignedSize } = await askWitness(
        { url: witness.url, keys: [parseVerifierKey(witness.key)] },
        { checkpoint, cosignedSize: witness.size },
        {
          post: (url, body) => post(url, body, { contentType: 'text/plain; charset=utf-8', ca: witness.ca }),
          consistency: (from, to) => ledger.proveConsistency(from, to),
        },
      );
      const signatures = lines.split('\n').filter((line) => line !== '');
      const { size, note } = parseCheckpoint(encodeUtf8(checkpoint));
      await ledger.attach(signatures, size, note.text);
      asking.pause = shortestPause;
      const { problem: _, ...sound } = witness;
      await this.#update({ ...sound, size: cosignedSize, cosignedAt: clock.now() });
    } catch (error) {
      if (!(error instanceof KitenError)) throw error;
      asking.pausedUntil = clock.now() + asking.pause;
      asking.pause = Math.min(asking.pause * 2, longestPause);
      await this.#troubled(witness, error);
    }
  }

  /** What a witness objects to is in the log once, as long as it stays the same. */
  async #troubled(witness: AskedWitness, error: KitenError): Promise<void> {
    const { logger, journal, clock } = this.#parts;
    if (witness.problem === error.code) return;
    logger.error({ witness: witness.name, code: error.code }, error.message);
    await journal.record({
      type: 'witness/objected',
      at: clock.now(),
      actor: 'site',
      reason: error.message.slice(0, 1000),
      data: { witness: witness.name, code: error.code },
    });
    await this.#update({ ...witness, problem: error.code });
  }

  async #update(witness: AskedWitness): Promise<void> {
    if (!this.#witnesses.some(({ name }) => name === witness.name)) return;
    await putWitness(this.#parts.database, witness);
    this.#witnesses = this.#witnesses.map((one) => (one.name === witness.name ? witness : one));
  }

  async #record(
    type: string,
    witness: AskedWitness,
    operator: Operator,
    reason: string,
    change: typeof putWitness,
  ): Promise<void> {
    const { journal, clock, database } = this.#parts;
    const data = { witness: witness.name, url: witness.url };
    const event = { type, at: clock.now(), actor: `operator:${operator.name}`, reason, data };
    await journal.commit([event], (store) => change(store, witness));
    this.#witnesses = await askedWitnesses(database);
  }
}
