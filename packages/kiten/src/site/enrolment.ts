import { type Clock, KitenError } from '@kiten/codec';
import { createToken, type TokenRecord, type TokenStore } from '@kiten/identity';
import { tokenStore } from '../store/tokens.ts';
import type { DeviceBook } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import { defaultGroup } from './register.ts';
import type { Random } from './secrets.ts';

/** A token as operators see it. `id` names it without giving it away. */
export interface TokenView {
  readonly id: string;
  readonly device?: string;
  readonly group: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly state: 'open' | 'used' | 'expired' | 'revoked';
}

export interface EnrolmentDesk {
  createToken(
    request: { device?: string | undefined; group?: string | undefined; ttlSeconds?: number | undefined },
    operator: Operator,
  ): Promise<{ token: string; id: string; device?: string; group: string; expiresAt: number }>;
  listTokens(now: number): Promise<TokenView[]>;
  revokeToken(id: string, operator: Operator): Promise<void>;
}

interface Parts {
  readonly tokens: TokenStore;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

export function openEnrolmentDesk({ tokens, book, journal, clock, random }: Parts): EnrolmentDesk {
  /** A token and its entry in the log: both or neither. */
  async function recorded(record: TokenRecord): Promise<void> {
    const { id, group, expiresAt } = viewOf(record, record.createdAt);
    const data = { token: id, device: record.device ?? null, group, expiresAt };
    const event = { type: 'token/created', at: record.createdAt, actor: record.createdBy, data };
    await journal.commit([event], (store) => tokenStore(store).insert(record));
  }

  return {
    async createToken({ device, group = defaultGroup, ttlSeconds }, operator) {
      book.mustKnowGroup(group);
      const createdBy = `operator:${operator.name}`;
      const lifetime = ttlSeconds === undefined ? {} : { lifetime: ttlSeconds * 1000 };
      const request = { group, createdBy, ...lifetime, ...(device === undefined ? {} : { device }) };
      const { token, record } = await createToken(request, {
        tokens: { ...tokens, insert: recorded },
        clock,
        random,
      });
      const { id, expiresAt } = viewOf(record, clock.now());
      return { token, id, group, expiresAt, ...(device === undefined ? {} : { device }) };
    },
    async listTokens(now) {
      return (await tokens.list()).map((record) => viewOf(record, now));
    },
    async revokeToken(id, operator) {
      const record = (await tokens.list()).find(({ hash }) => idOf(hash) === id);
      if (record === undefined) throw noOpenToken();
      const at = clock.now();
      const actor = `operator:${operator.name}`;
      await journal.commit([{ type: 'token/revoked', at, actor, data: { token: id } }], async (store) => {
        if (!(await tokenStore(store).revoke(record.hash, at))) throw noOpenToken();
      });
    },
  };
}

function viewOf(record: TokenRecord, now: number): TokenView {
  return {
    id: idOf(record.hash),
    ...(record.device === undefined ? {} : { device: record.device }),
    group: record.group ?? defaultGroup,
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    expiresAt: record.expiresAt,
    state: stateOf(record, now),
  };
}

function stateOf({ used, revokedAt, expiresAt }: TokenRecord, now: number): TokenView['state'] {
  if (used !== undefined) return 'used';
  if (revokedAt !== undefined) return 'revoked';
  return now >= expiresAt ? 'expired' : 'open';
}

const noOpenToken = () => new KitenError('kiten/not-found', 'There is no open token with this id.');

/** Enough of the hash to tell tokens apart. */
const idOf = (hash: string): string => hash.slice(0, 16);
