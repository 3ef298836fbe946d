import { describe, expect, it } from 'vitest';
import { cookieOf, openApi } from '../api-fixture.ts';
import { entriesOf, newOperator, typesOf } from '../fixtures.ts';

const own = 'http://localhost:7080';

async function newSite() {
  const site = await openApi();
  const token = await site.operator('administrator');
  return { ...site, token, secretIn: (link: string) => link.replace(/^.*#sign-in=/, '') };
}

describe('operators, by the API', () => {
  it('come in by the link that adding them makes', async () => {
    const { ask, token, secretIn } = await newSite();
    const body = { name: 'ann', role: 'operator', reason: 'new' };
    const added = await ask('POST', 'operators', { token, body });
    expect(added).toMatchObject({ status: 201, body: { name: 'ann', role: 'operator' } });
    expect(added.body.link).toMatch(/^http:\/\/localhost:7080\/#sign-in=ktl_/);
    const link = secretIn(added.body.link);
    const cookie = cookieOf(await ask('POST', 'sign-in', { body: { link }, origin: own }));
    expect((await ask('GET', 'me', { cookie })).body).toMatchObject({
      operator: 'ann',
      role: 'operator',
      by: 'link',
    });
    const { operators } = (await ask('GET', 'operators', { token })).body;
    expect(operators.find((one: { name: string }) => one.name === 'ann')).toMatchObject({
      sessions: 1,
      tokens: 0,
      seenAt: expect.any(Number),
    });
  });

  it.each(['', 'a b', 'a:b', 'ä', 'x'.repeat(65)])('are not called %j', async (name) => {
    const { ask, token } = await newSite();
    expect(
      await ask('POST', 'operators', { token, body: { name, role: 'viewer', reason: 'x' } }),
    ).toMatchObject({
      status: 400,
      body: { code: 'kiten/request-invalid' },
    });
  });

  it('change role, are signed out, and go; each with its entry in the log', async () => {
    const site = await newSite();
    const { ask, token, ledger, secretIn } = site;
    const { link } = (
      await ask('POST', 'operators', { token, body: { name: 'ann', role: 'viewer', reason: 'x' } })
    ).body;
    const signIn = async (link: string) =>
      cookieOf(await ask('POST', 'sign-in', { body: { link: secretIn(link) }, origin: own }));
    const cookie = await signIn(link);
    const role = { role: 'operator', reason: 'on call' };
    expect((await ask('PUT', 'operators/ann/role', { token, body: role })).status).toBe(200);
    expect((await ask('GET', 'me', { cookie })).body.role).toBe('operator');
    expect((await ask('DELETE', 'operators/ann/sessions', { token })).body).toEqual({ ended: 1 });
    expect((await ask('GET', 'me', { cookie })).status).toBe(401);
    const again = (await ask('POST', 'operators/ann/sign-in-links', { token })).body.link;
    expect((await ask('GET', 'me', { cookie: await signIn(again) })).status).toBe(200);
    expect((await ask('DELETE', 'operators/ann?reason=left', { token })).status).toBe(204);
    expect(await ask('DELETE', 'operators/ann?reason=left', { token })).toMatchObject({
      status: 404,
      body: { code: 'kiten/operator-unknown' },
    });
    expect((await typesOf(ledger)).filter((type) => type.startsWith('operator/'))).toEqual([
      'operator/added',
      'operator/link-created',
      'operator/signed-in',
      'operator/role-changed',
      'operator/session-ended',
      'operator/link-created',
      'operator/signed-in',
      'operator/removed',
    ]);
  });

  it('are not changed by those who do not administer', async () => {
    const { ask, operator } = await newSite();
    const token = await operator('operator');
    for (const [method, path, body] of [
      ['POST', 'operators', { name: 'eve', role: 'administrator', reason: 'x' }],
      ['PUT', 'operators/operator-2/role', { role: 'administrator', reason: 'x' }],
      ['DELETE', 'operators/administrator-1?reason=x', undefined],
      ['POST', 'operators/administrator-1/sign-in-links', undefined],
      ['DELETE', 'operators/administrator-1/sessions', undefined],
      ['GET', 'operators/administrator-1/api-tokens', undefined],
    ] as const)
      expect(await ask(method, path, { token, ...(body === undefined ? {} : { body }) })).toMatchObject({
        status: 403,
        body: { code: 'kiten/forbidden' },
      });
  });
});

describe('sessions, by the API', () => {
  it('are listed with the present one marked, and end one by one or all but the present', async () => {
    const site = await newSite();
    await newOperator(site, 'ann', 'viewer');
    const signIn = async () => {
      const { link } = await site.operators.createLink('ann');
      return cookieOf(await site.ask('POST', 'sign-in', { body: { link }, origin: own }));
    };
    const [first, second, third] = [await signIn(), await signIn(), await signIn()];
    const { sessions } = (await site.ask('GET', 'sessions', { cookie: first })).body;
    expect(sessions).toHaveLength(3);
    const currents = sessions.filter((one: { current: boolean }) => one.current);
    expect(currents).toHaveLength(1);
    const secondsOwn = (await site.ask('GET', 'sessions', { cookie: second })).body.sessions;
    const { id } = secondsOwn.find((one: { current: boolean }) => one.current);
    const end = (cookie: string, path: string) => site.ask('DELETE', path, { cookie, origin: own });
    expect((await end(first, `sessions/${id}`)).status).toBe(204);
    expect((await site.ask('GET', 'me', { cookie: second })).status).toBe(401);
    expect((await end(first, 'sessions')).body).toEqual({ ended: 1 });
    expect((await site.ask('GET', 'me', { cookie: third })).status).toBe(401);
    expect((await site.ask('GET', 'me', { cookie: first })).status).toBe(200);
  });

  it('that end take their streams of events along', async () => {
    const site = await newSite();
    const address = await site.listen();
    const { token, id } = (
      await site.ask('POST', 'api-tokens', { token: site.token, body: { name: 'x', scopes: ['view'] } })
    ).body;
    const stream = await fetch(`${address}/events`, { headers: { authorization: `Bearer ${token}` } });
    const reader = stream.body!.getReader();
    await reader.read();
    expect((await site.ask('DELETE', `api-tokens/${id}`, { token: site.token })).status).toBe(204);
    while (!(await reader.read()).done);
  });
});

describe('signing in', () => {
  it('is slowed down after ten failures from one address, and each is on record', async () => {
    const { ask, clock, ledger, operators } = await newSite();
    const attempt = (link: string) => ask('POST', 'sign-in', { body: { link }, origin: own });
    for (let failed = 0; failed < 10; failed++) expect((await attempt('ktl_wrong')).status).toBe(401);
    const { link } = await operators.createLink('owner');
    const slowed = await attempt(link);
    expect(slowed).toMatchObject({ status: 429, body: { code: 'kiten/sign-in-too-often' } });
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    const refused = (await entriesOf(ledger)).filter(({ type }) => type === 'operator/sign-in-refused');
    expect(refused).toHaveLength(10);
    expect(refused[0]?.data).toEqual({ by: 'link', code: 'kiten/sign-in-link', address: '127.0.0.1' });
    clock.advance(1000 * Number(slowed.headers['retry-after']));
    expect((await attempt(link)).status).toBe(200);
  });

  it('by those who succeed is not slowed down', async () => {
    const { ask, operators } = await newSite();
    for (let time = 0; time < 30; time++) {
      const { link } = await operators.createLink('owner');
      expect((await ask('POST', 'sign-in', { body: { link }, origin: own })).status).toBe(200);
    }
  });
});
