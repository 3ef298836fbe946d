import { describe, expect, it } from 'vitest';
import { areaOf, scopesFor } from '../../src/site/access/scopes.ts';
import { openApi } from '../api-fixture.ts';

describe('what a scope reaches', () => {
  it('is an area of the API, or an action everywhere', () => {
    expect(areaOf('/api/v1/devices/:id/revoke')).toBe('devices');
    expect(areaOf('/api/v1/tokens')).toBe('enrolment');
    expect(areaOf('/api/v1/log/entries')).toBeUndefined();
    expect(areaOf('/log/checkpoint')).toBeUndefined();
    expect(areaOf(undefined)).toBeUndefined();
    expect(scopesFor('view', undefined)).toEqual(['view', 'operate', 'administer']);
    expect(scopesFor('operate', 'devices')).toEqual(['devices', 'operate', 'administer']);
    expect(scopesFor('administer', 'policies')).toEqual(['policies', 'administer']);
    expect(scopesFor('view', 'account')).toEqual(['account']);
  });
});

describe('a token of an administrator', () => {
  async function tokenFor(...scopes: string[]) {
    const site = await openApi();
    const all = await site.operator('administrator');
    const made = await site.ask('POST', 'api-tokens', { token: all, body: { name: 'x', scopes } });
    expect(made.status).toBe(201);
    await site.admit('pump-1');
    return { ...site, token: made.body.token as string };
  }
  const missing = { status: 403, body: { code: 'kiten/scope-missing' } };

  it('made to view, views and does nothing', async () => {
    const { ask, token } = await tokenFor('view');
    for (const path of ['me', 'site', 'devices', 'policies', 'log/entries', 'operators'])
      expect((await ask('GET', path, { token })).status).toBe(200);
    const body = { reason: 'x' };
    expect(await ask('POST', 'devices/pump-1/quarantine', { token, body })).toMatchObject(missing);
    expect(await ask('POST', 'tokens', { token, body: {} })).toMatchObject(missing);
    expect(await ask('PUT', 'groups/default', { token, body: { required: [] } })).toMatchObject(missing);
  });

  it('made to view, cannot make itself more', async () => {
    const { ask, token } = await tokenFor('view');
    const body = { name: 'more', scopes: ['administer'] };
    for (const [method, path] of [
      ['POST', 'sign-in-links'],
      ['POST', 'api-tokens'],
      ['GET', 'api-tokens'],
      ['GET', 'sessions'],
      ['DELETE', 'sessions'],
    ] as const)
      expect(
        await ask(method, path, { token, ...(path === 'api-tokens' && method === 'POST' ? { body } : {}) }),
      ).toMatchObject(missing);
    expect(
      await ask('POST', 'operators', { token, body: { name: 'eve', role: 'viewer', reason: 'x' } }),
    ).toMatchObject(missing);
    expect(await ask('POST', 'operators/owner/sign-in-links', { token })).toMatchObject(missing);
    expect(await ask('POST', 'operators/owner/api-tokens', { token, body })).toMatchObject(missing);
  });

  it('made for devices, sees and quarantines them, and reaches nothing else', async () => {
    const { ask, token } = await tokenFor('devices');
    expect((await ask('GET', 'devices', { token })).status).toBe(200);
    const body = { reason: 'odd' };
    expect((await ask('POST', 'devices/pump-1/quarantine', { token, body })).status).toBe(200);
    for (const path of ['site', 'policies', 'tokens', 'log/entries', 'operators'])
      expect(await ask('GET', path, { token })).toMatchObject(missing);
  });

  it('made for enrolment, makes enrolment tokens and nothing else', async () => {
    const { ask, token } = await tokenFor('enrolment');
    expect((await ask('POST', 'tokens', { token, body: { device: 'pump-2' } })).status).toBe(201);
    expect(await ask('GET', 'devices', { token })).toMatchObject(missing);
  });

  it('made to operate, operates and does not administer', async () => {
    const { ask, token } = await tokenFor('operate');
    const body = { reason: 'odd' };
    expect((await ask('POST', 'devices/pump-1/quarantine', { token, body })).status).toBe(200);
    expect(await ask('PUT', 'groups/default', { token, body: { required: [] } })).toMatchObject(missing);
  });
});

it('a token never allows more than its operator’s role', async () => {
  const { ask, operator, admit } = await openApi();
  await admit('pump-1');
  const viewer = await operator('viewer');
  const body = { name: 'all', scopes: ['administer', 'operate', 'devices', 'account'] };
  const { token } = (await ask('POST', 'api-tokens', { token: viewer, body })).body;
  for (const [path, body] of [
    ['devices/pump-1/quarantine', { reason: 'x' }],
    ['operators', { name: 'eve', role: 'administrator', reason: 'x' }],
  ] as const)
    expect(await ask('POST', path, { token, body })).toMatchObject({
      status: 403,
      body: { code: 'kiten/forbidden' },
    });
});
