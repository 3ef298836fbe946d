import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten, TestSite } from './kiten.ts';

describe('operators and their tokens, by the command line', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await TestSite.start();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const withToken = (token: string, ...args: string[]) =>
    kiten([...args, '--site', site.ready.api], { KITEN_TOKEN: token });

  it('an operator is added, gets another role, and is removed', async () => {
    const added = await site.kiten('operator', 'add', 'ann', '--role', 'viewer', '--reason', 'new');
    expect(added.code, added.stderr).toBe(0);
    expect(added.stdout).toMatch(/^http:\/\/localhost:\d+\/#sign-in=ktl_[A-Za-z0-9_-]{43}\n$/);
    const roles = async () =>
      (await site.json<{ name: string; role: string }[]>('operator', 'list')).map(({ name, role }) => [
        name,
        role,
      ]);
    expect(await roles()).toEqual([
      ['owner', 'administrator'],
      ['ann', 'viewer'],
    ]);
    await site.json('operator', 'role', 'ann', '--role', 'operator', '--reason', 'on call');
    expect((await roles())[1]).toEqual(['ann', 'operator']);
    const { stdout } = await site.kiten('operator', 'list');
    expect(stdout).toMatch(/^NAME +ROLE +SESSIONS +TOKENS/);
    await site.json('operator', 'remove', 'ann', '--reason', 'left');
    expect(await roles()).toHaveLength(1);
  });

  it('the last administrator stays', async () => {
    const { code, stderr } = await site.kiten('operator', 'remove', 'owner', '--reason', 'x');
    expect([code, stderr]).toEqual([1, expect.stringContaining('(kiten/last-administrator)')]);
  });

  it('a token is made for a purpose, does that and nothing else, and is revoked', async () => {
    const { token, id } = await site.json<{ token: string; id: string }>(
      ...['api-token', 'create', '--name', 'line 3', '--scope', 'enrolment', 'view', '--ttl', '1h'],
    );
    expect((await withToken(token, 'token', 'create', '--device', 'pump-1')).code).toBe(0);
    expect((await withToken(token, 'status')).code).toBe(0);
    const refused = await withToken(token, 'operator', 'remove', 'owner', '--reason', 'x');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(kiten/scope-missing)')]);
    const listed = await site.json<{ id: string; usedAt?: number }[]>('api-token', 'list');
    expect(listed.find((one) => one.id === id)).toMatchObject({
      name: 'line 3',
      operator: 'owner',
      scopes: ['enrolment', 'view'],
      usedAt: expect.any(Number),
      expiresAt: expect.any(Number),
    });
    expect((await site.kiten('api-token', 'revoke', id)).code).toBe(0);
    expect((await withToken(token, 'status')).stderr).toContain('(kiten/not-signed-in)');
  });

  it('a token speaks for another operator, who may do less', async () => {
    await site.json('operator', 'add', 'probe', '--role', 'viewer', '--reason', 'monitoring');
    const { token } = await site.json<{ token: string }>(
      ...['api-token', 'create', '--operator', 'probe', '--name', 'x', '--scope', 'administer'],
    );
    expect((await withToken(token, 'status')).code).toBe(0);
    const refused = await withToken(token, 'token', 'create', '--device', 'pump-2');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(kiten/forbidden)')]);
    expect((await site.json<unknown[]>('api-token', 'list', '--operator', 'probe')).length).toBe(1);
  });

  it('wrong usage is said before anything is asked', async () => {
    for (const args of [
      ['operator', 'add', 'bob', '--role', 'king', '--reason', 'x'],
      ['operator', 'add', 'bob', '--role', 'viewer'],
      ['api-token', 'create', '--name', 'x'],
      ['api-token', 'create', '--name', 'x', '--scope', 'everything'],
    ])
      expect((await site.kiten(...args)).code).toBe(2);
  });

  it('all of it stands in the log, and the log verifies', async () => {
    const entries = await site.json<{ type: string; actor: string }[]>('log', 'show', '--last', '100');
    const types = new Set(entries.map(({ type }) => type));
    for (const type of ['added', 'role-changed', 'removed', 'link-created', 'api-token-created'])
      expect(types).toContain(`operator/${type}`);
    expect(types).toContain('operator/api-token-revoked');
    expect((await site.kiten('log', 'verify')).code).toBe(0);
  });
});
