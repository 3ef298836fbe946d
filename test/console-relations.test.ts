import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { accessProblems } from './console-access.ts';
import { consoleTools, openBrowser, openPage, signIn, speak, type WatchedPage } from './console-browser.ts';
import { FlowMeters } from './flow-meters.ts';
import { TestSite } from './kiten.ts';

interface Relation {
  readonly state: string;
  readonly checks: readonly string[];
  readonly related?: readonly { readonly check: string }[];
}

const patience = 60_000;

describe.skipIf(!consoleTools())('streams against each other, in the console', { timeout: 120_000 }, () => {
  let site: TestSite;
  let meters: FlowMeters;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;
  const relation = () => site.json<Relation>('measurement', 'relation', 'show', 'pipe');
  const reached = (state: string) =>
    site.until(async () => (await relation()).state === state || undefined, state);
  /** As somebody does who wants so many rows, from the command line: the console learns for a time. */
  async function teach(rows: number): Promise<void> {
    const lesson = ['--seconds', '36000', '--rows', `${rows}`, '--reason', 'as much as a test has time for'];
    await site.json('measurement', 'relation', 'learn', 'pipe', ...lesson);
    await meters.send(rows + 5);
    await reached('learned');
  }
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const state = (name: string) => page.locator(`.relation-state [data-state=${name}]`);
  async function act(name: string, reason: string): Promise<void> {
    await button(name).click();
    await page.locator('dialog[open] textarea').fill(reason);
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  const lying = (values: readonly number[]) => values.map((value, at) => (at === 1 ? value + 2 : value));
  beforeAll(async () => {
    site = await TestSite.start();
    meters = await FlowMeters.open(site);
    await meters.teach();
    await reached('learned');
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
    await signIn(page, site);
    await speak(page, 'en');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await meters[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  it('are listed with their state, and one is come to by keyboard', async () => {
    await page.goto(`${site.ready.console}#/readings`);
    const row = page.locator('.relations tbody tr');
    await row.waitFor();
    expect(await row.textContent()).toMatch(
      /^pipe.*learned, waits to be accepted.*meter-0\/flow, meter-1\/flow/,
    );
    await row.getByRole('link', { name: 'pipe' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.relation-state').waitFor();
    expect(page.url()).toContain('#/readings?relation=pipe');
    // Where the eye begins, the keyboard does.
    expect(await page.locator(':focus').textContent()).toBe('pipe');
    expect(await page.locator('.relation-map .relation-sensor').count()).toBe(3);
  });

  it('are told as they were learned, and accepted and refused only as they were seen', async () => {
    const proposal = page.getByRole('region', { name: 'What was learned, and waits to be accepted' });
    const row = proposal.getByRole('row', { name: 'meter-0/flow#value' });
    await row.getByText(/^on the mean [\d.]+ l\/s$/).waitFor();
    await button('Accept what was learned').click();
    // Somebody else has it learned anew meanwhile.
    await teach(200);
    await page.locator('dialog[open] textarea').fill('it looks right');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.getByText('What waits to be accepted of “pipe” is by now ').waitFor({ timeout: patience });
    await page.keyboard.press('Escape');
    await act('Refuse what was learned', 'that was too short');
    await state('declared').waitFor({ timeout: patience });
    expect(await proposal.count()).toBe(0);
    expect(await wholeLog(site)).toContainEqual(
      expect.objectContaining({ type: 'relation/refused', reason: 'that was too short' }),
    );
  });

  it('are learned for as long as somebody says, say how far that is, and are stopped', async () => {
    await act('Learn', 'a normal week');
    await state('learning').waitFor({ timeout: patience });
    await meters.send(7);
    await page.getByText(/Is being learned until .* – \d+ rows so far/).waitFor({ timeout: patience });
    await act('Stop learning', 'the pipe is flushed');
    await state('declared').waitFor({ timeout: patience });
    expect(await wholeLog(site)).toContainEqual(
      expect.objectContaining({ type: 'relation/lesson-stopped', reason: 'the pipe is flushed' }),
    );
    await teach(400);
    await button('Accept what was learned').waitFor({ timeout: patience });
  });

  it('are judged once what was learned is accepted, by keyboard and with a reason', async () => {
    await page.getByRole('button', { name: 'Accept what was learned' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open] textarea').focus();
    await page.keyboard.type('the checks hold');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await reached('judging');
    await meters.send(40);
    // It is shown by itself.
    await page.locator('.relation-state [data-state=calm]').waitFor({ timeout: patience });
    expect(await page.getByRole('button', { name: 'Accept what was learned' }).count()).toBe(0);
    const row = page.getByRole('row', { name: FlowMeters.check });
    expect(await row.textContent()).toMatch(/declared.*holds \(0(\.\d+)?\)/);
    expect(await wholeLog(site)).toContainEqual(
      expect.objectContaining({ type: 'relation/accepted', reason: 'the checks hold' }),
    );
  });

  it('say who is not to be believed, since when, how and why, while it happens', async () => {
    await meters.send(40, lying);
    const suspect = page.locator('.suspect[data-standing=told]').first();
    await suspect.getByText(/something was added/).waitFor({ timeout: patience });
    const text = (await page.locator('.panel.judgement').textContent()) ?? '';
    expect(text).toContain('meter-1/flow#value – not to be believed: ');
    expect(text).toContain(`Does not hold:${FlowMeters.check}`);
    expect(text).toMatch(/Since .*Said \d+(\.\d+)? on the mean; by the others it should have been \d/);
    expect(text).toMatch(/Disproved by a measurement at the place of \d/);
    expect(await suspect.getByRole('link', { name: 'meter-1', exact: true }).getAttribute('href')).toBe(
      '#/devices/meter-1',
    );
    const standings = await page
      .locator('.relation-sensor')
      .evaluateAll((all) => all.map((one) => (one as SVGElement).dataset.standing));
    expect(standings).toEqual(['calm', 'told', 'calm']);
    expect(await page.locator('.relation-arc[data-standing=broken]').count()).toBeGreaterThan(0);
    expect(await page.locator('.readings .time-chart canvas').count()).toBe(2);
    const sensors = page.locator('tr', { hasText: 'nothing speaks against it' });
    expect(await sensors.count()).toBe(2);
  });

  it('say so in the list, too, from where one comes back by keyboard', async () => {
    await page.getByRole('link', { name: 'All streams' }).focus();
    await page.keyboard.press('Enter');
    const row = page.locator('.relations tbody tr');
    await row.getByText(/^meter-1\/flow#value – not to be believed: \d+ %$/).waitFor();
    expect(await row.textContent()).toContain('its sensors contradict each other');
    await row.getByRole('link', { name: 'pipe' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.suspect[data-standing=told]').waitFor();
  });

  it('name who takes no part, why and since when, and contradict each other still', async () => {
    await meters.send(20, lying, ['l/s', 'l/s', 'm3/h']);
    const missing = page.locator('.relation-state .missing-sensors li');
    await missing
      .getByText(/^meter-2\/flow#value – is in m3\/h, and not in l\/s as it was learned: takes no part/)
      .waitFor({ timeout: patience });
    expect(await missing.textContent()).toMatch(/ – took part last .*\d\d:\d\d/);
    await state('alarm').waitFor();
    await meters.send(5, lying);
    await missing.waitFor({ state: 'detached', timeout: patience });
  });

  it('weigh what attestation says of the device, in words, as soon as it says so', async () => {
    await meters.probe(1);
    await page
      .locator('.suspect', { hasText: 'attestation of its device: warning' })
      .waitFor({ timeout: patience });
  });

  it.each(['en', 'ja'] as const)('keep WCAG 2.2 AA, light, dark and on a phone: %s', async (language) => {
    await speak(page, language);
    await page.locator('.suspect').first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessProblems(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await accessProblems(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('take in a check that was proposed, and are then to be learned anew', async () => {
    await speak(page, 'en');
    const [proposed] = (await relation()).related ?? [];
    const row = page.locator('tr', { hasText: proposed?.check ?? 'none' });
    expect(await row.textContent()).toMatch(/proposed: \d+ % of each other explained/);
    await row.getByRole('button', { name: 'Make it a check' }).click();
    await page.locator('dialog[open] textarea').fill('one pipe, indeed');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('.relation-state [data-state=declared]').waitFor();
    expect((await relation()).checks).toEqual([FlowMeters.check, proposed?.check]);
    await button('Learn').click();
    await page.locator('dialog[open] select').selectOption('day');
    await page.locator('dialog[open] textarea').fill('a normal day');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.locator('.relation-state [data-state=learning]').waitFor();
    expect(await relation()).toMatchObject({ state: 'learning' });
    // What was found before stays to be read.
    await page.locator('details', { hasText: 'meter-1/flow#value – not' }).first().locator('summary').click();
    await page.locator('details .suspect').first().waitFor();
  });

  it('are compared no more once somebody says so', async () => {
    await page.getByRole('button', { name: 'Compare no more' }).click();
    await page.locator('dialog[open] textarea').fill('the pipe is gone');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.getByText('No streams are compared.').waitFor();
    expect(await site.json('measurement', 'relation', 'list')).toEqual([]);
  });

  it('ask nobody but their own site, and complain of nothing', () => {
    expect([...watched.origins]).toEqual([new URL(site.ready.console).origin]);
    // Apart from what was refused.
    expect(watched.complaints.filter((one) => !/ 409 /.test(one))).toEqual([]);
  });
});
