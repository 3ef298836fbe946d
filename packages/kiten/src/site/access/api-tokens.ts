import { type Clock, KitenError } from '@kiten/codec';
import {
  deleteApiToken,
  forgetApiTokens,
  insertApiToken,
  markUsed,
  type StoredApiToken,
  storedApiToken,
  storedApiTokens,
} from '../../store/api-tokens.ts';
import type { Database } from '../../store/database.ts';
import type { Journal } from '../journal.ts';
import { actorOf, type Operator, type Role } from '../operators.ts';
import { newSecret, type Random, secretHash } from '../secrets.ts';
import type { AccessChanges } from './changes.ts';
import { handFor, inHand, unknownHand } from './hands.ts';
import { mustBeOurs } from './managed.ts';
import type { Scope } from './scopes.ts';

/** A token as operators see it. `id` names it without giving it away. */
export interface ApiTokenView {
  readonly id: string;
  readonly operator: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly usedAt?: number;
  /** Who made it; absent of tokens from before that was kept. */
  readonly createdBy?: string;
}

export interface ApiTokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds; without it the token holds until it is revoked. */
  readonly lifetime?: number;
}

export interface ApiTokenParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: AccessChanges;
}

const MOST_TOKENS = 100;
const LONGEST_MANAGED = 31 * 86_400_000;

/** Tokens by which programs speak to the API for an operator, each for what its scopes name. */
export class ApiTokenDesk {
  readonly #parts: ApiTokenParts;
  /** When each was used last, as far as the store was not told yet. */
  readonly #used = new Map<string, number>();

  constructor(parts: ApiTokenParts) {
    this.#parts = parts;
  }

  /**
   * @throws KitenError `kiten/api-tokens-full`; `kiten/operator-managed` if whoever comes in by an identity provider asks for
   *   more than a month
   */
  async create(
    operator: string,
    { name, scopes, lifetime }: ApiTokenRequest,
    by: Operator,
  ): Promise<ApiTokenView & { readonly token: string }> {
    const { database, journal, clock, random } = this.#parts;
    if ((await storedApiTokens(database, operator)).length >= MOST_TOKENS) {
      const message = `An operator may have ${MOST_TOKENS} tokens: revoke one that is not used.`;
      throw new KitenError('kiten/api-tokens-full', message);
    }
    // A token outlives its operator at the provider by a month at most.
    if (lifetime === undefined || lifetime > LONGEST_MANAGED) await mustBeOurs(database, operator);
    const token = newSecret('kto_', random);
    const at = clock.now();
    const stored = apiTokenOf(token, {
      ...{ operator, name, scopes, at, lifetime },
      createdBy: handFor(operator, by) ?? operator,
    });
    const data = { operator, token: idOf(stored.hash), name, scopes: scopes.join(' ') };
    const event = { type: 'operator/api-token-created', at, actor: actorOf(by), data };
    await journal.commit([event], (store) => insertApiToken(store, stored));
    return { token, ...this.#view(stored) };
  }

  /** Who speaks with this token. Asking counts as use, unless it is only to `look`. */
  async byToken(
    token: string,
    use: 'use' | 'look' = 'use',
  ): Promise<{ operator: Operator; token: ApiTokenView } | undefined> {
    const { database, clock } = this.#parts;
    const stored = await storedApiToken(database, secretHash(token));
    if (stored === undefined || !this.#lasts(stored)) return undefined;
    if (use === 'use') this.#used.set(stored.hash, clock.now());
    const { operator: name, role, createdBy = unknownHand } = stored;
    return { operator: inHand({ name, role: role as Role }, createdBy), token: this.#view(stored) };
  }

  /** Those of one operator that hold, or everybody's; the newest first. */
  async list(operator?: string): Promise<ApiTokenView[]> {
    const stored = await storedApiTokens(this.#parts.database, operator);
    return stored.filter((one) => this.#lasts(one)).map((one) => this.#view(one));
  }

  /** @throws KitenError `kiten/not-found` if this operator has no such token */
  async revoke(operator: string, id: string, by: Operator): Promise<void> {
    const { database, journal, clock, changes } = this.#parts;
    const found = (await storedApiTokens(database, operator)).find(({ hash }) => idOf(hash) === id);
    if (found === undefined) throw new KitenError('kiten/not-found', 'There is no token with this id.');
    const data = { operator, token: id, name: found.name };
    const event = { type: 'operator/api-token-revoked', at: clock.now(), actor: actorOf(by), data };
    await journal.commit([event], (store) => deleteApiToken(store, found.hash));
    this.#used.delete(found.hash);
    changes.emit('changed');
  }

  /** Tells the store when each token was used last. */
  async keep(): Promise<void> {
    const used = new Map(this.#used);
    if (used.size === 0) return;
    await this.#parts.database.transaction().execute(async (store) => {
      for (const [hash, at] of used) await markUsed(store, hash, at);
    });
    for (const [hash, at] of used) if (this.#used.get(hash) === at) this.#used.delete(hash);
  }

  async tidy(): Promise<void> {
    await forgetApiTokens(this.#parts.database, this.#parts.clock.now());
  }

  #lasts({ expiresAt = Number.POSITIVE_INFINITY }: StoredApiToken): boolean {
    return expiresAt > this.#parts.clock.now();
  }

  #view(stored: StoredApiToken): ApiTokenView {
    const { hash, operator, name, scopes, createdAt, expiresAt, usedAt, createdBy } = stored;
    const used = Math.max(usedAt ?? 0, this.#used.get(hash) ?? 0);
    return {
      id: idOf(hash),
      operator,
      name,
      scopes: scopes as Scope[],
      createdAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(used === 0 ? {} : { usedAt: used }),
      ...(createdBy === undefined ? {} : { createdBy }),
    };
  }
}

/** What the store keeps of a token: its hash. */
export function apiTokenOf(
  token: string,
  {
    operator,
    name,
    scopes,
    at,
    lifetime,
    createdBy = operator,
  }: {
    operator: string;
    name: string;
    scopes: readonly Scope[];
    at: number;
    lifetime?: number | undefined;
    createdBy?: string;
  },
): StoredApiToken {
  return {
    hash: secretHash(token),
    operator,
    name,
    scopes,
    createdAt: at,
    createdBy,
    ...(lifetime === undefined ? {} : { expiresAt: at + lifetime }),
  };
}

/** Enough of the hash to tell tokens apart. */
const idOf = (hash: string): string => hash.slice(0, 16);
