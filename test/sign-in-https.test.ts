import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticator, consoleTools, openBrowser, openPage } from './console-browser.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [consoleTools(), requireTool('certutil', 'libnss3-tools')].every(Boolean);
const name = 'kiten.test';

/** An authority of the test's own, a certificate by it, and a browser's home that trusts it. */
async function certify(folder: string): Promise<void> {
  const at = (file: string) => join(folder, file);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await done('openssl', [
    ...['req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2'],
    ...['-subj', '/CN=Test authority'],
  ]);
  await done('openssl', [
    ...['req', '-x509', ...key, '-keyout', at('console.key.pem'), '-out', at('console.pem'), '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
  ]);
  const trust = `sql:${at('home/.pki/nssdb')}`;
  await mkdir(at('home/.pki/nssdb'), { recursive: true });
  await done('certutil', ['-d', trust, '-N', '--empty-password']);
  await done('certutil', ['-d', trust, '-A', '-t', 'C,,', '-n', 'test', '-i', at('ca.pem')]);
}

async function done(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`${program}: ${stderr}`);
}

describe.skipIf(!tools)(
  'signing in beyond this machine, by HTTPS under a certificate that the browser trusts',
  () => {
    let folder: string;
    let site: TestSite;
    let browser: Browser;
    let address: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kiten-https-'));
      await certify(folder);
      await kiten(['init', '--data', join(folder, 'site')]);
      const files = `certificate = "${join(folder, 'console.pem')}"\nkey = "${join(folder, 'console.key.pem')}"`;
      const settings = `\n[console]\nhosts = ["127.0.0.1"]\nnames = ["${name}"]\n${files}\n`;
      const file = join(folder, 'kiten.toml');
      await appendFile(file, settings);
      site = await TestSite.start(folder, 'up', ['--config', file]);
      address = site.ready.publicConsole ?? '';
      browser = await openBrowser({
        args: [`--host-resolver-rules=MAP ${name} 127.0.0.1`],
        env: { ...process.env, HOME: join(folder, 'home') },
      });
    });
    afterAll(async () => {
      await browser.close();
      await site[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    it('says where it answers, and links for others lead there', async () => {
      expect(address).toMatch(/^https:\/\/kiten\.test:\d+\/$/);
      const { link } = await site.json<{ link: string }>(
        'operator',
        'add',
        'ann',
        '--role',
        'viewer',
        '--reason',
        'x',
      );
      expect(link.startsWith(`${address}#sign-in=ktl_`)).toBe(true);
    });

    it('a passkey is made and used under the name', async () => {
      const { page, complaints, origins } = await openPage(browser);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('WebAuthn.enable');
      const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: authenticator,
      });
      const { link } = await site.json<{ link: string }>('operator', 'link', 'ann');
      await page.goto(link);
      await page.locator('.link-state[data-link=live]').waitFor();
      await page.goto(`${address}#/settings/access`);
      await page.getByLabel('Name of the new passkey').fill('laptop');
      await page.keyboard.press('Enter');
      await page.getByRole('rowheader', { name: 'laptop' }).waitFor();
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
      expect(credentials.map(({ rpId }) => rpId)).toEqual([name]);
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({
        name: '__Host-kiten_session',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      });
      await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.locator('.link-state[data-link=live]').waitFor();
      expect([...origins]).toEqual([new URL(address).origin]);
      expect(complaints.filter((text) => !/status of 401/.test(text))).toEqual([]);
    });

    it('and a browser that does not trust the certificate shows nothing of it', async () => {
      const stranger = await openBrowser({ args: [`--host-resolver-rules=MAP ${name} 127.0.0.1`] });
      const { page } = await openPage(stranger);
      await expect(page.goto(address)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
      await stranger.close();
    });
  },
);
