import { type Clock, KitenError } from '@kiten/codec';
import type { Database } from '../store/database.ts';
import { newSecret, type Random, secretHash } from './secrets.ts';

export const roles = ['viewer', 'operator', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** A person, or a program acting for one, who is known to the site. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
}

export interface BrowserSession {
  readonly operator: Operator;
  /** The cookie's value. */
  readonly secret: string;
  readonly expiresAt: number;
}

const LINK_LIFETIME = 15 * 60_000;
const SESSION_LIFETIME = 12 * 3_600_000;

/** Who may speak to the API: by token, by one-time link, by the session that a link opened. */
export class OperatorDesk {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(database: Database, clock: Clock, random: Random) {
    this.#database = database;
    this.#clock = clock;
    this.#random = random;
  }

  /** @returns the operator's token; the store keeps its hash only. */
  async create(name: string, role: Role): Promise<string> {
    const token = newSecret('kto_', this.#random);
    const created_at = this.#clock.now();
    await this.#database
      .insertInto('operators')
      .values({ name, role, token_hash: secretHash(token), created_at })
      .execute();
    return token;
  }

  async byToken(token: string): Promise<Operator | undefined> {
    const row = await this.#database
      .selectFrom('operators')
      .select(['name', 'role'])
      .where('token_hash', '=', secretHash(token))
      .executeTakeFirst();
    return row as Operator | undefined;
  }

  async bySession(secret: string): Promise<Operator | undefined> {
    const row = await this.#database
      .selectFrom('browser_sessions as session')
      .innerJoin('operators', 'operators.name', 'session.operator')
      .select(['operators.name', 'operators.role'])
      .where('session.hash', '=', secretHash(secret))
      .where('session.expires_at', '>', this.#clock.now())
      .executeTakeFirst();
    return row as Operator | undefined;
  }

  /** @returns a secret that opens one browser session, once, within a quarter of an hour. */
  async createLink(operator: string): Promise<string> {
    const link = newSecret('ktl_', this.#random);
    const expires_at = this.#clock.now() + LINK_LIFETIME;
    await this.#database
      .insertInto('sign_in_links')
      .values({ hash: secretHash(link), operator, expires_at, used_at: null })
      .execute();
    return link;
  }

  /** @throws KitenError `kiten/sign-in-link` if it is unknown, used or too old */
  async openSession(link: string): Promise<BrowserSession> {
    const now = this.#clock.now();
    const used = await this.#database
      .updateTable('sign_in_links')
      .set({ used_at: now })
      .where('hash', '=', secretHash(link))
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('operator')
      .executeTakeFirst();
    if (used === undefined) {
      throw new KitenError(
        'kiten/sign-in-link',
        'This sign-in link was used already, is older than 15 minutes, or is not of this site. `kiten sign-in` prints a new one.',
      );
    }
    const secret = newSecret('kts_', this.#random);
    const expiresAt = now + SESSION_LIFETIME;
    await this.#database
      .insertInto('browser_sessions')
      .values({ hash: secretHash(secret), operator: used.operator, created_at: now, expires_at: expiresAt })
      .execute();
    const operator = await this.bySession(secret);
    if (operator === undefined)
      throw new KitenError('kiten/sign-in-link', 'The operator of this link no longer exists.');
    return { operator, secret, expiresAt };
  }

  async closeSession(secret: string): Promise<void> {
    await this.#database.deleteFrom('browser_sessions').where('hash', '=', secretHash(secret)).execute();
  }

  /** Lets go of what has expired. */
  async tidy(): Promise<void> {
    const now = this.#clock.now();
    await this.#database.deleteFrom('browser_sessions').where('expires_at', '<=', now).execute();
    await this.#database.deleteFrom('sign_in_links').where('expires_at', '<=', now).execute();
  }
}
