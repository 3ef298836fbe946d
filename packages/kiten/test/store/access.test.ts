import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, TestPostgres } from '../../../../test/postgres.ts';
import {
  forgetApiTokens,
  insertApiToken,
  markUsed,
  storedApiToken,
  storedApiTokens,
} from '../../src/store/api-tokens.ts';
import { insertSession, markSeen, storedSession, storedSessions } from '../../src/store/browser-sessions.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { identityOwner, insertIdentity, managedBy, managedOperators } from '../../src/store/identities.ts';
import { migrate } from '../../src/store/migrations.ts';
import {
  deleteOperator,
  insertLink,
  insertOperator,
  linkOwner,
  storedOperators,
  updateRole,
  useLink,
} from '../../src/store/operators.ts';
import {
  hasPasskeys,
  insertPasskey,
  type StoredPasskey,
  storedPasskey,
  usePasskey,
  userHandle,
} from '../../src/store/passkeys.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import {
  deleteRecoveryCode,
  recoveryCodeOwner,
  recoveryCodesLeft,
  replaceRecoveryCodes,
} from '../../src/store/recovery-codes.ts';
import { newFolder, start } from '../fixtures.ts';

const withPostgres = hasPostgres();
let server: TestPostgres | undefined;
let databases = 0;
beforeAll(async () => {
  if (withPostgres) server = await TestPostgres.start();
}, 120_000);
afterAll(() => server?.[Symbol.asyncDispose]());

async function sqlite(): Promise<Database> {
  return openDatabase(join(await newFolder(), 'site.db'));
}

async function postgres(): Promise<Database> {
  const url = server?.database(`access${++databases}`) ?? '';
  return (await openPostgres({ url, password: server?.password ?? '' }, 'exclusive')).database;
}

const kinds = [['SQLite', sqlite] as const, ...(withPostgres ? [['PostgreSQL', postgres] as const] : [])];

describe.each(kinds)('who may come in, in %s', (_kind, open) => {
  let store: Database;
  beforeEach(async () => {
    store = await open();
    onTestFinished(() => store.destroy());
    await migrate(store);
    await insertOperator(store, { name: 'ann', role: 'viewer', createdAt: start });
  });

  it('operators have a name once, a role, and an order', async () => {
    expect(await insertOperator(store, { name: 'ann', role: 'administrator', createdAt: start })).toBe(false);
    expect(await insertOperator(store, { name: 'bob', role: 'viewer', createdAt: start - 1 })).toBe(true);
    await updateRole(store, 'ann', 'operator');
    expect(await storedOperators(store)).toEqual([
      { name: 'bob', role: 'viewer', createdAt: start - 1 },
      { name: 'ann', role: 'operator', createdAt: start },
    ]);
  });

  it('links are used once, in time', async () => {
    await insertLink(store, { hash: 'h', operator: 'ann', expiresAt: start + 1, createdBy: undefined });
    expect(await linkOwner(store, 'h', start + 1)).toBeUndefined();
    expect(await linkOwner(store, 'h', start)).toEqual({ operator: 'ann', createdBy: null });
    expect([await useLink(store, 'h', start), await useLink(store, 'h', start)]).toEqual([true, false]);
    expect(await linkOwner(store, 'h', start)).toBeUndefined();
  });

  it('sessions and tokens come with their operator’s role', async () => {
    const session = {
      ...{ hash: 's', operator: 'ann', by: 'link', browser: 'b', address: 'a' },
      ...{ createdAt: start, seenAt: start, expiresAt: start + 9 },
    };
    await insertSession(store, session);
    await markSeen(store, 's', start + 5);
    expect(await storedSession(store, 's')).toEqual({ ...session, seenAt: start + 5, role: 'viewer' });
    expect(await storedSessions(store, 'bob')).toEqual([]);
    const token = {
      hash: 't',
      operator: 'ann',
      name: 'n',
      scopes: ['view'],
      createdAt: start,
      expiresAt: start + 9,
    };
    await insertApiToken(store, token);
    await markUsed(store, 't', start + 5);
    expect(await storedApiToken(store, 't')).toEqual({ ...token, usedAt: start + 5, role: 'viewer' });
    await forgetApiTokens(store, start + 9);
    expect(await storedApiTokens(store)).toEqual([]);
  });

  it('passkeys are kept byte for byte, and of two uses at once one counts', async () => {
    const passkey: StoredPasskey = {
      ...{ id: 'k', operator: 'ann', name: 'laptop', host: 'localhost', counter: 2 ** 32 - 2 },
      ...{
        publicKey: new Uint8Array([0, 255, 7]),
        transports: ['internal'],
        backedUp: true,
        createdAt: start,
      },
    };
    expect([await insertPasskey(store, passkey), await insertPasskey(store, passkey)]).toEqual([true, false]);
    const stored = (await storedPasskey(store, 'k')) as StoredPasskey;
    expect({ ...stored, publicKey: new Uint8Array(stored.publicKey) }).toEqual(passkey);
    expect([await hasPasskeys(store, 'localhost'), await hasPasskeys(store, 'other')]).toEqual([true, false]);
    const use = { counter: 2 ** 32 - 1, backedUp: false, at: start + 1 };
    expect([await usePasskey(store, passkey, use), await usePasskey(store, passkey, use)]).toEqual([
      true,
      false,
    ]);
    expect(await storedPasskey(store, 'k')).toMatchObject({
      counter: use.counter,
      backedUp: false,
      usedAt: start + 1,
    });
  });

  it('an operator’s handle is made once', async () => {
    const first = await userHandle(store, 'ann', () => new Uint8Array([1, 2]));
    expect(new Uint8Array(first ?? [])).toEqual(new Uint8Array([1, 2]));
    expect(new Uint8Array((await userHandle(store, 'ann', () => new Uint8Array([3]))) ?? [])).toEqual(
      new Uint8Array([1, 2]),
    );
    expect(await userHandle(store, 'nobody', () => new Uint8Array([3]))).toBeUndefined();
  });

  it('recovery codes are replaced together and used once', async () => {
    await replaceRecoveryCodes(store, 'ann', ['a', 'b'], { at: start, by: undefined });
    await replaceRecoveryCodes(store, 'ann', ['c', 'd', 'e'], { at: start + 1, by: 'bob' });
    expect(await recoveryCodesLeft(store, 'ann')).toEqual({ left: 3, createdAt: start + 1 });
    expect([await recoveryCodeOwner(store, 'a'), await recoveryCodeOwner(store, 'c')]).toEqual([
      undefined,
      { operator: 'ann', createdBy: 'bob' },
    ]);
    expect([await deleteRecoveryCode(store, 'c'), await deleteRecoveryCode(store, 'c')]).toEqual([
      true,
      false,
    ]);
  });

  it('identities are found by issuer and subject together, and all goes with the operator', async () => {
    await insertIdentity(store, { issuer: 'https://a', subject: '1' }, 'ann');
    expect(await identityOwner(store, { issuer: 'https://a', subject: '1' })).toBe('ann');
    expect(await identityOwner(store, { issuer: 'https://b', subject: '1' })).toBeUndefined();
    expect([...(await managedOperators(store))]).toEqual([['ann', 'https://a']]);
    await deleteOperator(store, 'ann');
    expect(await managedBy(store, 'ann')).toBeUndefined();
    expect(await storedOperators(store)).toEqual([]);
  });
});
