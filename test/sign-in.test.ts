import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessProblems } from './console-access.ts';
import {
  authenticator,
  consoleTools,
  openBrowser,
  openPage,
  signIn,
  speak,
  type WatchedPage,
} from './console-browser.ts';
import { TestSite } from './kiten.ts';

describe.skipIf(!consoleTools())('signing in, in a browser with an authenticator', () => {
  let site: TestSite;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;
  let devtools: CDPSession;
  let authenticatorId: string;

  beforeAll(async () => {
    site = await TestSite.start();
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
    devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: authenticator,
    }));
    await signIn(page, site);
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  const section = (name: string) =>
    page.locator('.access-section', { has: page.locator('h2', { hasText: name }) });
  const settings = async () => {
    await page.goto(`${site.ready.console}#/settings/access`);
    await page.reload();
    await page.locator('.access-section').nth(4).getByRole('button').first().waitFor();
  };
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const signOut = async () => {
    await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await page.locator('.sign-in').waitFor();
  };
  const live = () => page.locator('.link-state[data-link=live]').waitFor();

  it('a passkey is made in the settings, by keyboard alone', async () => {
    await settings();
    await section('Passkeys').getByLabel('Name of the new passkey').focus();
    await page.keyboard.type('test machine');
    await press('Enter');
    await section('Passkeys').getByRole('rowheader', { name: 'test machine' }).waitFor();
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    expect(credentials).toEqual([
      expect.objectContaining({ rpId: 'localhost', isResidentCredential: true, userName: 'owner' }),
    ]);
  });

  it('and signs in from then on, whom it belongs to without being asked for a name', async () => {
    await signOut();
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    await button.waitFor();
    expect(await accessProblems(page)).toEqual([]);
    await button.focus();
    await press('Enter');
    await live();
    const me = await page.evaluate("fetch('/api/v1/me').then((answer) => answer.json())");
    expect(me).toMatchObject({ operator: 'owner', by: 'passkey' });
    const entries = await site.json<{ type: string; data: Record<string, unknown> }[]>(
      'log',
      'show',
      '--last',
      '50',
    );
    const signIns = entries.filter(({ type }) => type === 'operator/signed-in');
    expect(signIns.map(({ data }) => data.by).sort()).toEqual(['link', 'passkey']);
  });

  it('not where its user is not verified, and nobody is signed in', async () => {
    await signOut();
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.locator('.sign-in [role=alert]').waitFor();
    expect(await page.locator('.sign-in [role=alert]').textContent()).toContain('No passkey answered');
    expect(await page.evaluate("fetch('/api/v1/me').then((answer) => answer.status)")).toBe(401);
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await live();
  });

  it('recovery codes are shown once and sign in without the passkey, each once', async () => {
    await settings();
    await section('Recovery codes').getByRole('button', { name: 'Make recovery codes' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Make them' }).click();
    const shown = page.locator('.shown-once');
    await shown.waitFor();
    const codes = (await shown.locator('code').textContent())?.split('\n') ?? [];
    expect(codes).toHaveLength(10);
    expect(await page.evaluate('document.activeElement?.className')).toBe('shown-once');
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    await signOut();
    for (const outcome of ['signed in', 'refused']) {
      await page.getByText('Passkey lost?').click();
      await page.getByLabel('Recovery code').fill(codes[0] ?? '');
      await press('Enter');
      if (outcome === 'signed in') {
        await live();
        await signOut();
      } else await page.locator('.sign-in .problem', { hasText: 'kiten/recovery-code' }).waitFor();
    }
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await live();
  });

  it.each(['en', 'ja'] as const)(
    'what lets somebody in takes a fresh sign-in, which is asked for in %s, and what was begun goes on',
    async (language) => {
      await speak(page, language);
      await settings();
      const store = new DatabaseSync(join(site.data, 'site.db'), { timeout: 5000 });
      const later = () => store.exec('update browser_sessions set created_at = created_at - 300001');
      later();
      const tokens = page.locator('.access-section').nth(3);
      const asked = page.locator('dialog[open]');
      await tokens.locator('input[name=name]').fill('later');
      await tokens.getByRole('checkbox', { name: /^view/ }).check();
      await tokens.locator('button[type=submit]').click();
      await asked.waitFor();
      expect(await accessProblems(page)).toEqual([]);
      await press('Escape');
      await tokens.locator('.problem', { hasText: 'kiten/sign-in-stale' }).waitFor();
      expect(await tokens.locator('.shown-once').count()).toBe(0);
      await tokens.locator('button[type=submit]').click();
      await asked.locator('input').fill('neither');
      await press('Enter');
      await asked.locator('.field-problem').waitFor();
      await asked.locator('button.primary').click();
      await tokens.locator('.shown-once').waitFor();
      expect(await asked.count()).toBe(0);
      later();
      store.close();
      const recovery = page.locator('.access-section').nth(1);
      await recovery.locator('button').click();
      await asked.locator('button.primary').click();
      const proof = page.locator('#again-proof');
      await proof.fill((await site.json<{ link: string }>('sign-in')).link);
      await press('Enter');
      await recovery.locator('.shown-once').waitFor();
      expect(await asked.count()).toBe(0);
      await speak(page, 'en');
      await settings();
    },
  );

  it('a session is ended from another browser, which then asks to sign in', async () => {
    const { link } = await site.json<{ link: string }>('sign-in');
    const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await other.goto(link);
    await other.locator('.link-state[data-link=live]').waitFor();
    await settings();
    const rows = section('Sessions').locator('tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    await section('Sessions').getByRole('button', { name: 'Sign out everywhere else' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    await other.locator('.sign-in').waitFor();
    await other.context().close();
  });

  it('a token is made for scopes, shown once, and revoked', async () => {
    const tokens = section('API tokens');
    await tokens.getByLabel('What it is for').fill('dashboard');
    await tokens.getByRole('button', { name: 'Make a token' }).click();
    await tokens.locator('.field-problem').waitFor();
    await tokens.getByRole('checkbox', { name: /^view/ }).check();
    await tokens.getByRole('button', { name: 'Make a token' }).click();
    const secret = await tokens.locator('.shown-once code').textContent();
    const asked = (token: string) =>
      fetch(`${site.ready.api}/devices`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked(secret ?? '')).status).toBe(200);
    await tokens.getByRole('button', { name: 'I have kept it' }).click();
    await tokens.getByRole('button', { name: 'Revoke dashboard' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(() => tokens.getByRole('rowheader', { name: 'dashboard' }).count()).toBe(0);
    expect((await asked(secret ?? '')).status).toBe(401);
  });

  it('an operator is added by link, changes role and is removed, each with a reason', async () => {
    const operators = section('Operators');
    const dialog = page.locator('dialog[open]');
    const confirm = async (button: string, fields: () => Promise<void> = async () => undefined) => {
      await dialog.waitFor();
      await fields();
      await dialog.getByLabel('Reason').fill('as the test says');
      await dialog.getByRole('button', { name: button }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await operators.getByRole('button', { name: 'Add an operator' }).click();
    await confirm('Add an operator', async () => {
      await dialog.getByLabel('Name').fill('ann');
      await dialog.getByLabel('Role').selectOption('viewer');
    });
    const link = (await operators.locator('.shown-once code').textContent()) ?? '';
    const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await other.goto(link);
    await other.locator('.who-name', { hasText: 'ann, viewer' }).waitFor();
    await other.goto(`${site.ready.console}#/settings/access`);
    await other.locator('h2', { hasText: 'Operators' }).waitFor();
    expect(await other.getByRole('button', { name: 'Add an operator' }).count()).toBe(0);
    await operators.getByRole('button', { name: 'I have kept it' }).click();
    await operators.getByRole('button', { name: 'Change the role of ann' }).click();
    await confirm('Role', async () => void (await dialog.getByLabel('Role').selectOption('operator')));
    await operators.getByRole('row', { name: /^ann operator/ }).waitFor();
    await operators.getByRole('button', { name: 'Remove ann' }).click();
    await confirm('Remove');
    await expect.poll(() => operators.getByRole('rowheader', { name: 'ann' }).count()).toBe(0);
    await other.locator('.sign-in').waitFor();
    await other.context().close();
    await operators.getByRole('button', { name: 'Remove owner' }).click();
    await dialog.getByLabel('Reason').fill('x');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await dialog.locator('.problem', { hasText: 'kiten/last-administrator' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it.each(['en', 'ja'] as const)(
    'the settings keep WCAG 2.2 AA in %s, light and dark, on a phone too',
    async (language) => {
      await speak(page, language);
      await settings();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await accessProblems(page)).toEqual([]);
      }
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await accessProblems(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.emulateMedia({ colorScheme: 'light' });
    },
  );

  it('a passkey is renamed and removed', async () => {
    await speak(page, 'en');
    await settings();
    const passkeys = section('Passkeys');
    await passkeys.getByRole('button', { name: 'Rename test machine' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Name').fill('old machine');
    await press('Enter');
    await passkeys.getByRole('button', { name: 'Remove old machine' }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await passkeys.getByText('You have no passkey yet').waitFor();
    await signOut();
    await page.getByText('kiten sign-in').waitFor();
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
  });

  it('no page has a script or a style within, and each forbids them', async () => {
    const page = await fetch(site.ready.console);
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="(\/?[^"#]+)"/g)].map(([, file]) => file ?? '');
    expect(files.some((file) => file.endsWith('.js'))).toBe(true);
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    for (const [script] of html.matchAll(/<script[^>]*>[^<]*<\/script>/g))
      expect(script).toMatch(/src="[^"]+"[^>]*><\/script>$/);
    for (const path of ['', 'index.html', ...files, 'api/v1/me', 'nowhere', 'healthz', 'log/checkpoint']) {
      const { headers } = await fetch(new URL(path, site.ready.console));
      const policy = headers.get('content-security-policy') ?? '';
      expect([path, policy]).toEqual([
        path,
        expect.stringMatching(/default-src 'none'; script-src 'self'; style-src 'self';/),
      ]);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  it('asked nobody but its own site, and complains of nothing but what was refused on purpose', () => {
    expect([...watched.origins]).toEqual([new URL(site.ready.console).origin]);
    expect(watched.complaints.filter((text) => !/status of 40[139]/.test(text))).toEqual([]);
  });
});
