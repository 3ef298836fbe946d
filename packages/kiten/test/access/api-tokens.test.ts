import { describe, expect, it } from 'vitest';
import type { Operator } from '../../src/site/operators.ts';
import { day, entriesOf, newFolder, newOperator, openSite, start } from '../fixtures.ts';

const ann: Operator = { name: 'ann', role: 'operator' };

async function newSite() {
  const folder = await newFolder();
  const site = await openSite(folder);
  await newOperator(site, 'bob', 'viewer');
  await site.operators.add('ann', 'operator', { name: 'owner', role: 'administrator' }, 'x');
  return { ...site, folder };
}

describe('a token for a program', () => {
  it('speaks for its operator, for what it was made for, on record', async () => {
    const { apiTokens, ledger } = await newSite();
    const { token, ...view } = await apiTokens.create('ann', { name: 'grafana', scopes: ['view'] }, ann);
    expect(token).toMatch(/^kto_[A-Za-z0-9_-]{43}$/);
    expect(view).toEqual({
      id: view.id,
      operator: 'ann',
      createdBy: 'ann',
      name: 'grafana',
      scopes: ['view'],
      createdAt: start,
    });
    expect(await apiTokens.byToken(token)).toMatchObject({ operator: ann, token: { id: view.id } });
    expect(await apiTokens.byToken(`${token.slice(0, -1)}!`)).toBeUndefined();
    expect((await entriesOf(ledger)).at(-1)).toMatchObject({
      type: 'operator/api-token-created',
      actor: 'operator:ann',
      data: { operator: 'ann', token: view.id, name: 'grafana', scopes: 'view' },
    });
  });

  it('ends when its time is over', async () => {
    const { apiTokens, clock } = await newSite();
    const wanted = { name: 'short', scopes: ['view'], lifetime: day } as const;
    const { token, expiresAt } = await apiTokens.create('ann', wanted, ann);
    expect(expiresAt).toBe(start + day);
    clock.advance(day - 1);
    expect(await apiTokens.byToken(token)).toBeDefined();
    clock.advance(1);
    expect(await apiTokens.byToken(token)).toBeUndefined();
    expect(await apiTokens.list('ann')).toEqual([]);
  });

  it('ends when it is revoked, by nobody who has not got it', async () => {
    const { apiTokens, ledger } = await newSite();
    const { token, id } = await apiTokens.create('ann', { name: 'x', scopes: ['view'] }, ann);
    await expect(apiTokens.revoke('bob', id, { name: 'bob', role: 'viewer' })).rejects.toMatchObject({
      code: 'kiten/not-found',
    });
    expect(await apiTokens.byToken(token)).toBeDefined();
    await apiTokens.revoke('ann', id, ann);
    expect(await apiTokens.byToken(token)).toBeUndefined();
    expect((await entriesOf(ledger)).at(-1)).toMatchObject({ type: 'operator/api-token-revoked' });
  });

  it('says when it was used last, after a restart too', async () => {
    const site = await newSite();
    const { token, id } = await site.apiTokens.create('ann', { name: 'x', scopes: ['view'] }, ann);
    const used = async ({ apiTokens }: Pick<typeof site, 'apiTokens'>) =>
      (await apiTokens.list('ann')).find((one) => one.id === id)?.usedAt;
    expect(await used(site)).toBeUndefined();
    await site.apiTokens.byToken(token, 'look');
    expect(await used(site)).toBeUndefined();
    site.clock.advance(day);
    await site.apiTokens.byToken(token);
    expect(await used(site)).toBe(start + day);
    await site.apiTokens.keep();
    await site.close();
    const again = await openSite(site.folder, { clock: site.clock, fresh: false });
    expect(await used(again)).toBe(start + day);
  });

  it('is one of a hundred at most', async () => {
    const { apiTokens } = await newSite();
    const wanted = { name: 'x', scopes: ['view'] } as const;
    for (let made = 0; made < 100; made++) await apiTokens.create('ann', wanted, ann);
    await expect(apiTokens.create('ann', wanted, ann)).rejects.toMatchObject({
      code: 'kiten/api-tokens-full',
    });
  });
});
