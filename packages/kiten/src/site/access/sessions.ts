import { type Clock, KitenError } from '@kiten/codec';
import type { Kysely } from 'kysely';
import {
  deleteSession,
  insertSession,
  markSeen,
  type StoredSession,
  storedSession,
  storedSessions,
} from '../../store/browser-sessions.ts';
import type { Database } from '../../store/database.ts';
import { markArrived } from '../../store/operators.ts';
import type { Tables } from '../../store/tables.ts';
import type { Journal } from '../journal.ts';
import { actorOf, type Operator, type Role } from '../operators.ts';
import { newSecret, type Random, secretHash } from '../secrets.ts';
import type { AccessChanges } from './changes.ts';
import { inHand } from './hands.ts';

export type SignedInBy = 'link' | 'passkey' | 'recovery-code' | 'oidc';

/** Where a sign-in comes from. */
export interface Visitor {
  /** As the browser names itself. */
  readonly browser: string;
  readonly address: string;
}

export interface OpenedSession {
  readonly operator: Operator;
  /** The cookie's value. */
  readonly secret: string;
  readonly expiresAt: number;
}

/** A session as its operator sees it. `id` names it without giving it away. */
export interface SessionView extends Visitor {
  readonly id: string;
  readonly operator: string;
  readonly by: SignedInBy;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly expiresAt: number;
}

export interface SessionParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: AccessChanges;
  /** Milliseconds after which a session ends, however busy it is. */
  readonly lifetime: number;
  /** Milliseconds after which one ends that nobody uses. */
  readonly idle: number;
}

const LONGEST_BROWSER = 256;

/** Browsers that are signed in. */
export class SessionDesk {
  readonly #parts: SessionParts;
  /** When each was seen last, as far as the store was not told yet. */
  readonly #seen = new Map<string, number>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Opens a session, on record. What `spend` does is done with it, or neither is. */
  async open(
    operator: Operator,
    by: SignedInBy,
    { browser, address }: Visitor,
    spend: (store: Kysely<Tables>) => Promise<unknown>,
    providerSession?: string,
  ): Promise<OpenedSession> {
    const { journal, clock, random, lifetime } = this.#parts;
    const secret = newSecret('kts_', random);
    const at = clock.now();
    const session: StoredSession = {
      hash: secretHash(secret),
      operator: operator.name,
      by,
      browser: browser.slice(0, LONGEST_BROWSER),
      address,
      createdAt: at,
      seenAt: at,
      expiresAt: at + lifetime,
      ...(operator.hand === undefined ? {} : { createdBy: operator.hand }),
      ...(providerSession === undefined ? {} : { providerSession }),
    };
    const hand = operator.hand === undefined ? {} : { hand: operator.hand };
    const data = { by, session: idOf(session.hash), address, ...hand };
    const event = { type: 'operator/signed-in', at, actor: actorOf(operator), data };
    await journal.commit([event], async (store) => {
      await spend(store);
      await insertSession(store, session);
      await markArrived(store, operator.name, at);
    });
    return { operator, secret, expiresAt: session.expiresAt };
  }

  /** Who has this cookie, as long as the session lasts. Asking counts as use, unless it is only to `look`. */
  async bySecret(
    secret: string,
    use: 'use' | 'look' = 'use',
  ): Promise<{ operator: Operator; session: SessionView } | undefined> {
    const { database, clock } = this.#parts;
    const stored = await storedSession(database, secretHash(secret));
    if (stored === undefined || !this.#lasts(stored)) return undefined;
    if (use === 'use') this.#seen.set(stored.hash, clock.now());
    return {
      operator: inHand({ name: stored.operator, role: stored.role as Role }, stored.createdBy),
      session: this.#view(stored),
    };
  }

  /** Those of one operator that last, or everybody's; the newest first. */
  async list(operator?: string): Promise<SessionView[]> {
    return (await this.#lasting(operator)).map((one) => this.#view(one));
  }

  /** Signs out. */
  async close(secret: string, by: Operator): Promise<void> {
    const { journal, clock } = this.#parts;
    const hash = secretHash(secret);
    const data = { session: idOf(hash) };
    const event = { type: 'operator/signed-out', at: clock.now(), actor: actorOf(by), data };
    await journal.commit([event], (store) => deleteSession(store, hash));
    this.#ended([hash]);
  }

  /** @throws KitenError `kiten/not-found` if this operator has no such session */
  async end(operator: string, id: string, by: Operator): Promise<void> {
    const found = (await this.#lasting(operator)).filter(({ hash }) => idOf(hash) === id);
    if (found.length === 0)
      throw new KitenError('kiten/not-found', 'There is no session with this id, or it has ended.');
    await this.#end(found, actorOf(by));
  }

  /** Ends all sessions of an operator but one. @returns how many */
  async endAll(operator: string, by: Operator, except?: string): Promise<number> {
    const found = (await this.#lasting(operator)).filter(({ hash }) => idOf(hash) !== except);
    if (found.length > 0) await this.#end(found, actorOf(by));
    return found.length;
  }

  /**
   * Ends what came by an identity provider that has signed somebody out: one of its sessions, or all of an operator's.
   *
   * @returns how many
   */
  async endProvided(
    { operator, providerSession }: { readonly operator?: string; readonly providerSession?: string },
    issuer: string,
  ): Promise<number> {
    const found = (await this.#lasting(operator)).filter(
      (one) =>
        one.by === 'oidc' && (providerSession === undefined || one.providerSession === providerSession),
    );
    if (found.length > 0) await this.#end(found, 'site', `Signed out at ${issuer}`);
    return found.length;
  }

  /** Tells the store when each session was seen last. */
  async keep(): Promise<void> {
    const seen = new Map(this.#seen);
    if (seen.size === 0) return;
    await this.#parts.database.transaction().execute(async (store) => {
      for (const [hash, at] of seen) await markSeen(store, hash, at);
    });
    for (const [hash, at] of seen) if (this.#seen.get(hash) === at) this.#seen.delete(hash);
  }

  /** Lets go of what has ended. */
  async tidy(): Promise<void> {
    const { database } = this.#parts;
    for (const one of await storedSessions(database))
      if (!this.#lasts(one)) await deleteSession(database, one.hash);
  }

  async #end(sessions: readonly StoredSession[], actor: string, reason?: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const events = sessions.map(({ operator, hash }) => ({
      type: 'operator/session-ended',
      at: clock.now(),
      actor,
      ...(reason === undefined ? {} : { reason }),
      data: { operator, session: idOf(hash) },
    }));
    await journal.commit(events, async (store) => {
      for (const { hash } of sessions) await deleteSession(store, hash);
    });
    this.#ended(sessions.map(({ hash }) => hash));
  }

  #ended(hashes: readonly string[]): void {
    for (const hash of hashes) this.#seen.delete(hash);
    this.#parts.changes.emit('changed');
  }

  async #lasting(operator?: string): Promise<StoredSession[]> {
    return (await storedSessions(this.#parts.database, operator)).filter((one) => this.#lasts(one));
  }

  #lasts(session: StoredSession): boolean {
    const now = this.#parts.clock.now();
    return session.expiresAt > now && this.#seenAt(session) + this.#parts.idle > now;
  }

  #seenAt({ hash, seenAt }: StoredSession): number {
    return Math.max(seenAt, this.#seen.get(hash) ?? 0);
  }

  #view(session: StoredSession): SessionView {
    const { hash, by, ...shown } = session;
    const { operator, browser, address, createdAt, expiresAt } = shown;
    const seenAt = this.#seenAt(session);
    return { id: idOf(hash), operator, by: by as SignedInBy, browser, address, createdAt, seenAt, expiresAt };
  }
}

/** Enough of the hash to tell sessions apart. */
const idOf = (hash: string): string => hash.slice(0, 16);
