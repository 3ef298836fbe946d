import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleTools, openBrowser, openPage, type WatchedPage } from './console-browser.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  consoleTools(),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

describe.skipIf(!tools)('the guide in the console', () => {
  let site: TestSite;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;

  beforeAll(async () => {
    site = await TestSite.start(undefined, 'demo', ['--pace', '1']);
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
    await page.goto(site.ready.signIn);
    await page.locator('.link-state[data-link=live]').waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  it('tells the story of the demonstration above every view, and whole on a page of its own', async () => {
    await page.locator('.story-banner').waitFor();
    await page.locator('.story-banner a').click();
    await page.locator('.chapter', { hasText: 'A copied key' }).waitFor();
    expect(await page.locator('.story-banner').count()).toBe(0);
    await page.getByRole('button', { name: '日本語' }).click();
    await page.locator('.chapter', { hasText: '複製された鍵' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
  });

  it('takes a device in with nothing but the commands that it shows', async () => {
    await page.getByRole('link', { name: 'Add a device' }).click();
    await page.getByLabel('Name of the device').fill('my-sensor');
    await page.getByLabel('Name of the device').press('Enter');
    const steps = page.locator('.guide-step .command code');
    await expect.poll(() => steps.count()).toBe(4);
    const arrival = page.locator('.guide-step[data-done]');
    expect(await arrival.getAttribute('data-done')).toBe('false');
    const home = join(site.directory, 'my-sensor');
    await mkdir(home);
    const typed = (await steps.allTextContents()).join('\n');
    const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', `cd ${home}\n${typed}`]);
    expect([code, stdout], stderr).toEqual([0, '']);
    await expect.poll(() => arrival.getAttribute('data-done')).toBe('true');
    await page.locator('.guide-step', { hasText: 'my-sensor has been here and is affirming' }).waitFor();
    expect(watched.complaints).toEqual([]);
  });

  it('refuses a site whose CA is another one', async () => {
    const [fetchCa] = await page.locator('.guide-step .command code').allTextContents();
    const wrong = (fetchCa as string).replace(
      /= '([0-9A-F]{2})/,
      (_, pair) => `= '${pair === '00' ? '01' : '00'}`,
    );
    const home = join(site.directory, 'wary');
    await mkdir(home);
    const { stdout } = await run('bash', ['-c', `cd ${home}\n${wrong}\nls`]);
    expect(stdout).toBe('Not this site!\n');
  });

  it('has people decide about brakes and broken glass, with a reason, and shows what the site made of it', {
    timeout: 120_000,
  }, async () => {
    const told = async () =>
      ((await (await site.fetch('/story')).json()) as { told: { id: string }[] }).told.at(-1)?.id;
    await expect.poll(told, { timeout: 90_000 }).toBe('broken-glass');
    // It is shown above every view.
    await page.locator('.banner[data-kind=warning]', { hasText: 'kiten/glass-broken' }).waitFor();
    await page.getByRole('link', { name: 'Decisions' }).click();
    const brake = page.locator('section[aria-labelledby=brakes-title] li', { hasText: 'topic-search' });
    const glass = page.locator('section[aria-labelledby=exceptions-title] li');
    expect(await glass.textContent()).toContain('asked for by owner, agreed to by shift-lead');
    for (const [item, verb] of [
      [brake, 'Confirm'],
      [glass, 'End now'],
    ] as const) {
      await item.getByRole('button', { name: verb }).click();
      await page.locator('dialog textarea').fill('looked at');
      await page.locator('dialog button.solid, dialog button[type=submit]').first().click();
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    await brake.filter({ hasText: 'confirmed by owner' }).waitFor();
    await expect.poll(() => glass.count()).toBe(0);
    const { brakes } = (await (await site.fetch('/brakes')).json()) as { brakes: Record<string, string>[] };
    expect(brakes.find(({ code }) => code === 'gateway/topic-search')).toMatchObject({
      state: 'confirmed',
      reason: 'looked at',
    });
    expect(await told()).toBe('broken-glass');
    expect(watched.complaints).toEqual([]);
  });
});
