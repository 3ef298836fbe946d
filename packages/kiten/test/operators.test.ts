import { describe, expect, it } from 'vitest';
import type { Operator } from '../src/site/operators.ts';
import { entriesOf, newFolder, newOperator, openSite } from './fixtures.ts';

const owner: Operator = { name: 'owner', role: 'administrator' };

async function newSite() {
  const site = await openSite(await newFolder());
  return { ...site, lastEntry: async () => (await entriesOf(site.ledger)).at(-1) };
}

describe('operators', () => {
  it('begin with whoever made the site', async () => {
    const { operators, clock } = await newSite();
    expect(await operators.all()).toEqual([{ ...owner, createdAt: clock.now() }]);
    expect(await operators.firstAdministrator()).toMatchObject(owner);
  });

  it('are added by an operator, on record', async () => {
    const { operators, lastEntry, clock } = await newSite();
    clock.advance(1);
    await operators.add('ann', 'viewer', owner, 'new in the team');
    expect(await operators.mustKnow('ann')).toMatchObject({ name: 'ann', role: 'viewer' });
    expect(await lastEntry()).toMatchObject({
      type: 'operator/added',
      actor: 'operator:owner',
      reason: 'new in the team',
      data: { operator: 'ann', role: 'viewer' },
    });
  });

  it('have names of their own', async () => {
    const { operators } = await newSite();
    await expect(operators.add('owner', 'viewer', owner, 'x')).rejects.toMatchObject({
      code: 'kiten/operator-known',
    });
    expect((await operators.mustKnow('owner')).role).toBe('administrator');
    await expect(operators.mustKnow('nobody')).rejects.toMatchObject({ code: 'kiten/operator-unknown' });
  });

  it('get another role, on record', async () => {
    const { operators, lastEntry } = await newSite();
    await operators.add('ann', 'viewer', owner, 'x');
    await operators.changeRole('ann', 'operator', owner, 'on call');
    expect((await operators.mustKnow('ann')).role).toBe('operator');
    expect(await lastEntry()).toMatchObject({
      type: 'operator/role-changed',
      reason: 'on call',
      data: { operator: 'ann', role: 'operator' },
    });
    await expect(operators.changeRole('ann', 'operator', owner, 'x')).rejects.toMatchObject({
      code: 'kiten/role-unchanged',
    });
    await expect(operators.changeRole('bob', 'operator', owner, 'x')).rejects.toMatchObject({
      code: 'kiten/operator-unknown',
    });
  });

  it('of whom the last administrator stays one', async () => {
    const { operators, ledger } = await newSite();
    const last = { code: 'kiten/last-administrator' };
    const before = ledger.size;
    await expect(operators.remove('owner', owner, 'x')).rejects.toMatchObject(last);
    await expect(operators.changeRole('owner', 'viewer', owner, 'x')).rejects.toMatchObject(last);
    expect((await operators.mustKnow('owner')).role).toBe('administrator');
    expect(ledger.size).toBe(before);
    await operators.add('ann', 'administrator', owner, 'x');
    await operators.remove('owner', owner, 'leaves');
    expect(await operators.firstAdministrator()).toMatchObject({ name: 'ann' });
  });

  it('of whom one stays, if two administrators remove each other at once', async () => {
    const { operators } = await newSite();
    const ann: Operator = { name: 'ann', role: 'administrator' };
    await operators.add('ann', 'administrator', owner, 'x');
    const outcomes = await Promise.allSettled([
      operators.remove('owner', ann, 'x'),
      operators.remove('ann', owner, 'x'),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await operators.all()).toHaveLength(1);
  });

  it('go with all by which they came in', async () => {
    const site = await newSite();
    const { operators, sessions, apiTokens, database } = site;
    const token = await newOperator(site, 'ann', 'viewer');
    const ann: Operator = { name: 'ann', role: 'viewer' };
    const visitor = { browser: 'test', address: '127.0.0.1' };
    const { secret } = await sessions.open(ann, 'link', visitor, async () => undefined);
    const { link } = await operators.createLink('ann');
    await operators.remove('ann', owner, 'left');
    expect(await apiTokens.byToken(token)).toBeUndefined();
    expect(await sessions.bySecret(secret)).toBeUndefined();
    await expect(operators.redeem(link)).rejects.toMatchObject({ code: 'kiten/sign-in-link' });
    for (const table of ['sign_in_links', 'browser_sessions', 'api_tokens'] as const)
      expect(await database.selectFrom(table).selectAll().where('operator', '=', 'ann').execute()).toEqual(
        [],
      );
  });
});
