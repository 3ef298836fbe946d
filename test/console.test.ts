import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleTools, openBrowser, openPage, type WatchedPage } from './console-browser.ts';
import { enrol, publish } from './device.ts';
import { TestSite } from './kiten.ts';

const tools = consoleTools();
const docs = fileURLToPath(new URL('../docs', import.meta.url));

describe.skipIf(!tools)('the console, in a browser against a real site', () => {
  let site: TestSite;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;

  beforeAll(async () => {
    site = await TestSite.start(undefined, 'demo');
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  const row = (id: string) => page.locator('table.fleet-table tr', { hasText: id }).first();

  it('signs in by the one-time link, and takes it out of the address', async () => {
    await page.goto(site.ready.signIn);
    await page.locator('.link-state[data-link=live]').waitFor();
    expect(page.url()).not.toContain('ktl_');
    const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await other.goto(site.ready.signIn);
    await other.locator('.sign-in .problem').waitFor();
    expect(await other.locator('.sign-in .problem').textContent()).toContain('kiten/sign-in-link');
    await other.context().close();
  });

  it('shows the fleet by trust vector', async () => {
    const table = page.locator('table.fleet-table');
    const { devices } = (await (await site.fetch('/site')).json()) as { devices: number };
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(devices + 1));
    expect(await row('pump-1').getAttribute('data-tier')).toBe('affirming');
  });

  it('is live: what a device does changes its row without a reload', async () => {
    const device = await enrol(site, 'meter-9');
    await row('meter-9').waitFor();
    for (const other of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await publish(site, device, 'mqttv5', '-t', `c/${other}/set`, '-m', '1', '-q', '1');
    }
    await expect.poll(() => row('meter-9').getAttribute('data-tier')).toBe('warning');
  });

  it('shows a device’s findings with what was expected, found and what would change it', async () => {
    await row('meter-9').getByRole('link').first().click();
    await page.locator('h1', { hasText: 'meter-9' }).waitFor();
    await page.locator('main', { hasText: 'gateway/topic-probing' }).waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    expect(text).toContain('identity/certificate-issued');
    expect(text).toMatch(/sha256:[0-9a-f]/);
  });

  it('quarantines with a reason, by keyboard alone', async () => {
    const button = page.getByRole('button', { name: /^quarantine/i });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.type('seen probing');
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
    await page.locator('.standing[data-standing=quarantined]').waitFor();
    const { standing, standingReason } = await site.json<Record<string, string>>('device', 'show', 'meter-9');
    expect([standing, standingReason]).toEqual(['quarantined', 'seen probing']);
  });

  it('speaks Japanese, and remembers it', async () => {
    await page.getByRole('button', { name: '日本語' }).click();
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('ja');
    await page.reload();
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('ja');
    await page.getByRole('button', { name: 'English' }).click();
  });

  it('has no sideways scrolling on a phone', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${site.ready.console}#/`);
    await row('meter-9').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('asks nobody but its own site, and complains of nothing', () => {
    expect([...watched.origins]).toEqual([new URL(site.ready.console).origin]);
    expect(watched.complaints).toEqual([]);
  });

  it('looks as the README shows it', async () => {
    await mkdir(docs, { recursive: true });
    await row('meter-9').waitFor();
    if (process.env.KITEN_SCREENSHOTS !== '1') return;
    await page.screenshot({ path: `${docs}/console.png` });
    await page.getByRole('button', { name: '日本語' }).click();
    await page.screenshot({ path: `${docs}/console-ja.png` });
  });
});
