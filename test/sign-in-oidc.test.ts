import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleTools, openBrowser } from './console-browser.ts';
import { IdentityProvider, type People } from './identity-provider.ts';
import { kiten, TestSite } from './kiten.ts';

const client = { id: 'kiten', secret: 'a secret of some forty characters, for a test' };

describe.skipIf(!consoleTools())('signing in by an identity provider', () => {
  const people: People = { ann: ['staff', 'site-admins'], bob: ['staff'], eve: [], owner: ['site-admins'] };
  let folder: string;
  let provider: IdentityProvider;
  let site: TestSite;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiten-oidc-'));
    provider = await IdentityProvider.listen(people);
    await kiten(['init', '--data', join(folder, 'site')]);
    await writeFile(join(folder, 'site', 'oidc.secret'), `${client.secret}\n`, { mode: 0o600 });
    const file = join(folder, 'kiten.toml');
    await writeFile(
      file,
      `[oidc]\nissuer = "${provider.issuer}"\nclient_id = "kiten"\nclient_secret_file = "oidc.secret"\nname = "Plant 7"\n` +
        'roles = { "site-admins" = "administrator", staff = "viewer" }\n',
    );
    site = await TestSite.start(folder, 'up', ['--config', file]);
    provider.serve({ ...client, redirect: `${site.ready.api}/sign-in/oidc/callback` });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await provider[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Signs in at the provider as its own pages ask for it, and comes back. */
  async function arrive(name: string): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await page.goto(site.ready.console);
    await page.getByRole('link', { name: 'Sign in with Plant 7' }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL((url) => url.href.startsWith(site.ready.console));
    return page;
  }

  async function refusedAs(name: string, code: string): Promise<void> {
    const page = await arrive(name);
    await page.locator('.sign-in .problem', { hasText: code }).waitFor();
    expect(page.url()).not.toContain('refused');
    await page.context().close();
  }

  const roles = async () =>
    Object.fromEntries(
      (await site.json<{ name: string; role: string }[]>('operator', 'list')).map(({ name, role }) => [
        name,
        role,
      ]),
    );

  it('gives the widest role of one’s groups, on record', async () => {
    const page = await arrive('ann');
    await page.locator('.who-name', { hasText: 'ann, administrator' }).waitFor();
    expect(await page.evaluate("fetch('/api/v1/me').then((answer) => answer.json())")).toMatchObject({
      by: 'oidc',
    });
    await page.context().close();
    expect(await roles()).toEqual({ owner: 'administrator', ann: 'administrator' });
    const entries = await site.json<{ type: string; actor: string; reason?: string }[]>(
      'log',
      'show',
      '--last',
      '20',
    );
    expect(entries.find(({ type }) => type === 'operator/added')).toMatchObject({
      actor: 'site',
      reason: `By ${provider.issuer}`,
    });
  });

  it('follows the groups at each sign-in', async () => {
    people.ann = ['staff'];
    const page = await arrive('ann');
    await page.locator('.who-name', { hasText: 'ann, viewer' }).waitFor();
    await page.context().close();
    expect((await roles()).ann).toBe('viewer');
    people.ann = [];
    await refusedAs('ann', 'kiten/oidc-not-allowed');
  });

  it('ends a session here when its person signs out there, and no other', async () => {
    people.ann = ['site-admins'];
    const [page, elsewhere] = [await arrive('ann'), await arrive('ann')];
    for (const one of [page, elsewhere])
      await one.locator('.who-name', { hasText: 'ann, administrator' }).waitFor();
    const there = await page.context().newPage();
    await there.goto(`${provider.issuer}/session/end`);
    await there.locator('button[value=yes]').click();
    await page.locator('.sign-in').waitFor();
    await elsewhere.locator('.who-name', { hasText: 'ann, administrator' }).waitFor();
    expect(await elsewhere.evaluate("fetch('/api/v1/me').then((answer) => answer.status)")).toBe(200);
    const entries = await site.json<{ type: string; actor: string; reason?: string }[]>(
      ...['log', 'show', '--last', '20'],
    );
    expect(entries.filter(({ type }) => type === 'operator/session-ended')).toMatchObject([
      { actor: 'site', reason: `Signed out at ${provider.issuer}` },
    ]);
    await page.context().close();
    await elsewhere.context().close();
  });

  it('lets nobody in whose groups have no role here', async () => {
    await refusedAs('eve', 'kiten/oidc-not-allowed');
    expect(await roles()).not.toHaveProperty('eve');
  });

  it('makes nobody an operator of ours who only bears the name', async () => {
    await refusedAs('owner', 'kiten/oidc-name');
  });

  it('leaves no other way in: no passkey, code, link, or token that lasts', async () => {
    const page = await arrive('bob');
    await page.locator('.who-name', { hasText: 'bob, viewer' }).waitFor();
    const post = (path: string, body?: unknown) =>
      page.evaluate(
        async ({ path, body }) => {
          const init = {
            method: 'POST',
            ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
          };
          const answer = (await (await fetch(`/api/v1/${path}`, init)).json()) as { code?: string };
          return answer.code;
        },
        { path, body: body === undefined ? undefined : JSON.stringify(body) },
      );
    const token = { name: 'x', scopes: ['view'] };
    for (const [path, body] of [
      ['passkeys/options'],
      ['recovery-codes'],
      ['sign-in-links'],
      ['api-tokens', token],
    ] as const)
      expect([path, await post(path, body)]).toEqual([path, 'kiten/operator-managed']);
    expect(await post('api-tokens', { ...token, ttlSeconds: 86_400 })).toBeUndefined();
    await page.context().close();
    const listed = await site.json<{ name: string; managedBy?: string }[]>('operator', 'list');
    expect(listed.map(({ name, managedBy }) => [name, managedBy])).toContainEqual(['bob', provider.issuer]);
    expect(listed.map(({ name, managedBy }) => [name, managedBy])).toContainEqual(['owner', undefined]);
    const link = await site.kiten('operator', 'link', 'bob');
    expect(link.stderr).toContain('(kiten/operator-managed)');
    const role = await site.kiten('operator', 'role', 'bob', '--role', 'operator', '--reason', 'x');
    expect(role.stderr).toContain('(kiten/operator-managed)');
  });

  describe('by hand', () => {
    const leave = () => fetch(`${site.ready.api}/sign-in/oidc`, { redirect: 'manual' });
    const back = (query: string, cookie = '') =>
      fetch(`${site.ready.api}/sign-in/oidc/callback${query}`, { redirect: 'manual', headers: { cookie } });

    it.each([
      ['', 'kiten/oidc-logout'],
      ['logout_token=eyJhbGciOiJub25lIn0.e30.', 'kiten/oidc-logout'],
      ['logout_token=x&logout_token=y', 'kiten/oidc-logout'],
    ])('a logout that the provider has not signed ends nothing: %j', async (body, code) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await fetch(`${site.ready.api}/sign-in/oidc/logout`, { method: 'POST', headers, body });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([400, 'no-store']);
      expect(await answer.json()).toMatchObject({ code });
    });

    it('leaves with PKCE, state and nonce, each anew', async () => {
      const [first, second] = [await leave(), await leave()];
      const query = (answer: Response) => new URL(answer.headers.get('location') ?? '').searchParams;
      expect(Object.fromEntries(query(first))).toMatchObject({
        response_type: 'code',
        client_id: 'kiten',
        scope: 'openid profile',
        code_challenge_method: 'S256',
        redirect_uri: `${site.ready.api}/sign-in/oidc/callback`,
      });
      for (const name of ['state', 'nonce', 'code_challenge']) {
        expect(query(first).get(name)).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(query(first).get(name)).not.toBe(query(second).get(name));
      }
      expect(first.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/);
    });

    it.each([
      ['without having left', '?code=x&state=y', ''],
      ['with another’s state', '?code=x&state=y', 'kiten_oidc=y'],
      ['with a made-up code', '?code=x&state=STATE', 'kiten_oidc=STATE'],
      ['with a state that is not the cookie’s', '?code=x&state=other', 'kiten_oidc=STATE'],
      ['with the provider’s refusal', '?error=access_denied&state=STATE', 'kiten_oidc=STATE'],
    ])('nobody comes back %s', async (_what, query, cookie) => {
      const state = new URL((await leave()).headers.get('location') ?? '').searchParams.get('state') ?? '';
      const answer = await back(query.replace('STATE', state), cookie.replace('STATE', state));
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe('/#sign-in-refused=kiten%2Foidc-refused');
      expect(answer.headers.get('set-cookie')).not.toContain('kiten_session');
    });
  });
});
