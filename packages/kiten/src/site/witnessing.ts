import { type Clock, KitenError, type Signer } from '@kiten/codec';
import {
  cosignerKey,
  encodeVerifierKey,
  type KnownLog,
  parseVerifierKey,
  type Suspicion,
  Witness,
  type WitnessAnswer,
} from '@kiten/ledger';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import {
  addSuspicion,
  type FollowedLog,
  followedLogs,
  putFollowedLog,
  replaceWitnessState,
  witnessState,
} from '../store/witnesses.ts';
import type { EventHub } from './event-hub.ts';
import type { Journal } from './journal.ts';
import { originOf } from './log-identity.ts';
import type { Operator } from './operators.ts';

export interface WitnessingParts {
  /** Its name as a witness: the site's own. */
  readonly name: string;
  readonly signer: Signer;
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** This site as a witness of other sites' logs (C2SP tlog-witness). */
export class WitnessingDesk {
  readonly #parts: WitnessingParts;
  #witness: Witness;
  #followed: readonly FollowedLog[];

  private constructor(parts: WitnessingParts, followed: readonly FollowedLog[]) {
    this.#parts = parts;
    this.#followed = followed;
    this.#witness = this.#make();
  }

  static async open(parts: WitnessingParts): Promise<WitnessingDesk> {
    return new WitnessingDesk(parts, await followedLogs(parts.database));
  }

  /** The verifier key by which others know this site's cosignatures. */
  get key(): string {
    const { name, signer } = this.#parts;
    return encodeVerifierKey(cosignerKey({ name, signer }));
  }

  /** What is followed, as it stands. */
  followed(): Promise<FollowedLog[]> {
    return followedLogs(this.#parts.database);
  }

  /** Follows a log from now on, or under other keys. @throws KitenError `ledger/verifier-key-malformed`, `ledger/key-unsuitable`, `kiten/own-log` */
  async follow(keys: readonly string[], operator: Operator, reason: string): Promise<string> {
    const { journal, clock } = this.#parts;
    const [first, ...others] = keys.map(parseVerifierKey);
    if (first === undefined || others.some(({ name }) => name !== first.name)) {
      throw new KitenError(
        'kiten/log-keys',
        'Give the verifier keys of one log: they share its origin as name.',
      );
    }
    const origin = first.name;
    // A site that vouches for itself adds nothing, and looks as if somebody else had.
    if (origin === originOf(this.#parts.name)) {
      throw new KitenError('kiten/own-log', 'This is the site’s own log: somebody else has to witness it.');
    }
    const event = {
      type: 'witness/followed',
      at: clock.now(),
      actor: `operator:${operator.name}`,
      reason,
      data: { origin, keys: keys.length },
    };
    await journal.commit([event], (store) => putFollowedLog(store, origin, keys));
    await this.#reload();
    return origin;
  }

  /** What was cosigned stays on record: should the log be followed again, it goes on from there. */
  async unfollow(origin: string, operator: Operator, reason: string): Promise<void> {
    const { journal, clock } = this.#parts;
    if (!this.#followed.some((log) => log.origin === origin && log.keys.length > 0)) {
      throw new KitenError('kiten/not-found', `This site does not follow ${origin.slice(0, 200)}.`);
    }
    const actor = `operator:${operator.name}`;
    const event = { type: 'witness/unfollowed', at: clock.now(), actor, reason, data: { origin } };
    await journal.commit([event], (store) => putFollowedLog(store, origin, []));
    await this.#reload();
  }

  /** @throws KitenError `ledger/witness-store` */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    return this.#witness.addCheckpoint(body);
  }

  async #reload(): Promise<void> {
    this.#followed = await followedLogs(this.#parts.database);
    this.#witness = this.#make();
  }

  #make(): Witness {
    const { name, signer, database, clock } = this.#parts;
    return new Witness({
      cosigners: [{ name, signer }],
      logs: this.#followed.filter(({ keys }) => keys.length > 0).map(knownLog),
      clock,
      store: {
        read: (origin) => witnessState(database, origin),
        replace: (origin, expected, state) =>
          replaceWitnessState(database, origin, expected, state, clock.now()),
      },
      onSuspicion: (suspicion) => this.#suspect(suspicion),
    });
  }

  async #suspect(suspicion: Suspicion): Promise<void> {
    const { database, journal, hub, logger, clock } = this.#parts;
    const at = clock.now();
    const { kind, origin } = suspicion;
    if (!(await addSuspicion(database, suspicion, at))) return;
    logger.error({ origin, kind }, 'a log that this site witnesses contradicts what was cosigned');
    hub.publish('log-suspicion', { origin, kind, at });
    await journal.record({ type: 'witness/suspicion', at, actor: 'site', data: { origin, kind } });
  }
}

function knownLog({ origin, keys }: FollowedLog): KnownLog {
  return { origin, keys: keys.map(parseVerifierKey) };
}
