import { describe, expect, it } from 'vitest';
import { cookieOf, openApi } from './api-fixture.ts';
import { newOperator } from './fixtures.ts';

const own = 'http://localhost:7080';

describe('the guard', () => {
  it('lets nobody in without a sign-in, wherever they knock', async () => {
    const { ask } = await openApi();
    for (const path of [
      'site',
      'devices',
      'devices/pump-1',
      'tokens',
      'log/entries',
      'policies',
      'events',
      'me',
    ]) {
      expect(await ask('GET', path)).toMatchObject({ status: 401, body: { code: 'kiten/not-signed-in' } });
    }
    expect(await ask('POST', 'devices/pump-1/quarantine', { body: { reason: 'x' } })).toMatchObject({
      status: 401,
    });
    expect(await ask('GET', 'site', { token: `kto_${'A'.repeat(43)}` })).toMatchObject({ status: 401 });
    expect(await ask('GET', 'site', { token: 'anything' })).toMatchObject({ status: 401 });
    expect(await ask('GET', 'site', { cookie: 'kts_unknown' })).toMatchObject({ status: 401 });
  });

  it('leaves open what watches over the site, and what tells how to sign in', async () => {
    const { ask } = await openApi();
    for (const path of ['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json'])
      expect((await ask('GET', path)).status).toBe(200);
  });

  it('lets in whoever has a token', async () => {
    const { ask, operator } = await openApi();
    const token = await operator('viewer');
    expect(await ask('GET', 'me', { token })).toMatchObject({
      status: 200,
      body: { operator: 'viewer-1', role: 'viewer' },
    });
  });

  it('answers to no foreign name, so that no page can reach it by one', async () => {
    const { ask, operator } = await openApi();
    const token = await operator('administrator');
    for (const host of [
      'attacker.example',
      'attacker.example:7080',
      'localhost.attacker.example',
      '127.0.0.1.nip.io',
    ])
      expect(await ask('GET', 'me', { token, host })).toMatchObject({
        status: 421,
        body: { code: 'kiten/foreign-host' },
      });
    expect(await ask('GET', '/healthz', { host: 'attacker.example' })).toMatchObject({ status: 421 });
    for (const host of ['localhost', 'localhost:7080', '127.0.0.1:1', '[::1]:7080'])
      expect((await ask('GET', 'me', { token, host })).status).toBe(200);
  });

  it('lets a viewer look and nothing else', async () => {
    const { ask, operator, admit } = await openApi();
    await admit('pump-1');
    const token = await operator('viewer');
    expect((await ask('GET', 'devices/pump-1', { token })).status).toBe(200);
    const refused = { status: 403, body: { code: 'kiten/forbidden' } };
    for (const verb of ['quarantine', 'release', 'revoke'])
      expect(await ask('POST', `devices/pump-1/${verb}`, { token, body: { reason: 'x' } })).toMatchObject(
        refused,
      );
    expect(
      await ask('POST', 'devices/pump-1/clear', { token, body: { code: 'a/b', reason: 'x' } }),
    ).toMatchObject(refused);
    expect(await ask('POST', 'tokens', { token, body: { device: 'pump-2' } })).toMatchObject(refused);
    expect(await ask('DELETE', 'tokens/0123456789abcdef', { token })).toMatchObject(refused);
    expect(await ask('PUT', 'groups/default', { token, body: { required: [] } })).toMatchObject(refused);
    expect(await ask('PUT', 'policies', { token, body: { text: 'x', reason: 'x' } })).toMatchObject(refused);
    expect((await ask('GET', 'devices/pump-1', { token })).body.standing).toBe('admitted');
  });

  it('lets an operator operate, and not administer', async () => {
    const { ask, operator, admit } = await openApi();
    await admit('pump-1');
    const token = await operator('operator');
    expect(await ask('POST', 'devices/pump-1/quarantine', { token, body: { reason: 'odd' } })).toMatchObject({
      status: 200,
      body: { standing: 'quarantined', standingBy: 'operator:operator-1', standingReason: 'odd' },
    });
    expect(await ask('PUT', 'groups/default', { token, body: { required: [] } })).toMatchObject({
      status: 403,
    });
    expect(await ask('PUT', 'policies', { token, body: { text: 'x', reason: 'x' } })).toMatchObject({
      status: 403,
    });
  });

  describe('with a session', () => {
    async function signedIn() {
      const site = await openApi();
      await newOperator(site, 'ann', 'administrator');
      const { link } = await site.operators.createLink('ann');
      const answer = await site.ask('POST', 'sign-in', { body: { link }, origin: own });
      return { ...site, link, answer, cookie: cookieOf(answer) };
    }

    it('opened by a one-time link, the browser keeps the cookie from scripts and other sites', async () => {
      const { answer, cookie, link, ask, clock } = await signedIn();
      expect(answer).toMatchObject({ status: 200, body: { operator: 'ann', role: 'administrator' } });
      expect(answer.body.expiresAt).toBeGreaterThan(clock.now());
      expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly/);
      expect(String(answer.headers['set-cookie'])).toMatch(/SameSite=Strict/);
      expect((await ask('GET', 'me', { cookie })).status).toBe(200);
      expect(await ask('POST', 'sign-in', { body: { link }, origin: own })).toMatchObject({
        status: 401,
        body: { code: 'kiten/sign-in-link' },
      });
    });

    it('a page of another origin changes nothing', async () => {
      const { ask, cookie, admit } = await signedIn();
      await admit('pump-1');
      const body = { reason: 'x' };
      const foreign = { status: 403, body: { code: 'kiten/foreign-origin' } };
      for (const origin of [
        'http://attacker.example',
        'http://localhost:9999',
        'https://localhost:7080',
        'null',
      ])
        expect(await ask('POST', 'devices/pump-1/quarantine', { cookie, origin, body })).toMatchObject(
          foreign,
        );
      expect(await ask('POST', 'devices/pump-1/quarantine', { cookie, body })).toMatchObject(foreign);
      expect(await ask('POST', 'sign-out', { cookie, origin: 'http://attacker.example' })).toMatchObject(
        foreign,
      );
      expect((await ask('GET', 'devices/pump-1', { cookie })).body.standing).toBe('admitted');
      expect(await ask('POST', 'devices/pump-1/quarantine', { cookie, origin: own, body })).toMatchObject({
        status: 200,
      });
    });

    it('nobody is signed in by a page of another origin', async () => {
      const site = await openApi();
      const { ask, operators } = site;
      await newOperator(site, 'ann', 'administrator');
      const { link } = await operators.createLink('ann');
      for (const origin of [undefined, 'http://attacker.example'])
        expect(
          await ask('POST', 'sign-in', { body: { link }, ...(origin === undefined ? {} : { origin }) }),
        ).toMatchObject({ status: 403, body: { code: 'kiten/foreign-origin' } });
      expect(await ask('POST', 'sign-in', { body: { link }, origin: own })).toMatchObject({ status: 200 });
    });

    it('ends with signing out, and by itself', async () => {
      const { ask, cookie, operators, clock } = await signedIn();
      expect(await ask('POST', 'sign-out', { cookie, origin: own })).toMatchObject({ status: 204 });
      expect((await ask('GET', 'me', { cookie })).status).toBe(401);
      const { link } = await operators.createLink('ann');
      const next = cookieOf(await ask('POST', 'sign-in', { body: { link }, origin: own }));
      expect((await ask('GET', 'me', { cookie: next })).status).toBe(200);
      clock.advance(13 * 3_600_000);
      expect((await ask('GET', 'me', { cookie: next })).status).toBe(401);
    });

    it('a wrong token is not made up for by a good cookie', async () => {
      const { ask, cookie } = await signedIn();
      expect((await ask('GET', 'me', { cookie, token: `kto_${'A'.repeat(43)}` })).status).toBe(401);
    });
  });

  it('says on every answer what a browser may do with it', async () => {
    const { ask } = await openApi();
    for (const path of ['site', '/healthz', '/nowhere']) {
      const { headers } = await ask('GET', path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });
});
