import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api, joinAs, wholeLog } from './busy-site.ts';
import { accessProblems } from './console-access.ts';
import { consoleTools, openBrowser, openPage, signIn, speak, type WatchedPage } from './console-browser.ts';
import { TestSite } from './kiten.ts';

const stream = 'pump-1/tank';
const declaration = {
  ...{ filter: 'd/+/tank', form: 'json', fields: ['/level', '/flow', '/pressure'] },
  ...{
    units: { level: 'm', flow: 'l/s', pressure: 'bar' },
    alarmsPerDay: 1000,
    reason: 'the tank of line 1',
  },
};

/** A tank: three channels that go together, with noise that comes out the same each time. */
function* tank(seed: number): Generator<{ level: number; flow: number; pressure: number }> {
  let state = seed;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  for (let row = 0; ; row++) {
    const flow = 10 + 3 * Math.sin(row / 17) + 0.4 * noise();
    const said = { level: 2 * flow + 0.3 * noise(), flow, pressure: 1 + flow / 50 + 0.01 * noise() };
    yield { ...said, level: Number(said.level.toFixed(3)), flow: Number(flow.toFixed(3)) };
  }
}

describe.skipIf(!consoleTools())('a stream of readings, in the console', { timeout: 120_000 }, () => {
  let site: TestSite;
  let client: MqttClient;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;
  const source = tank(7);
  beforeAll(async () => {
    site = await TestSite.start();
    const { body } = await api<{ token: string }>(site, 'POST', '/tokens', { device: 'pump-1' });
    const ca = await readFile(site.ready.ca, 'utf8');
    client = await joinAs(site, 'pump-1', await enrol(site.ready.device, ca, 'pump-1', body.token));
    await api(site, 'PUT', '/stream-declarations/tank', declaration);
    await site.until(async () => {
      await send(1);
      return (await answered(`/streams`)).body.streams.length === 1 || undefined;
    }, 'the stream');
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
    page.setDefaultTimeout(60_000);
    await signIn(page, site);
    await speak(page, 'en');
    await page.goto(`${site.ready.console}#/readings?stream=${stream}`);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await client.endAsync(true);
    await site[Symbol.asyncDispose]();
  });

  const answered = (path: string) =>
    api<{ streams: { state: string; proposal?: string; profile?: string }[] }>(site, 'GET', path);
  /** @param more is added to each level */
  async function send(rows: number, more = 0): Promise<void> {
    for (let row = 0; row < rows; row++) {
      const said = source.next().value as { level: number };
      const payload = JSON.stringify({ ...said, level: said.level + more });
      await client.publishAsync('d/pump-1/tank', payload, { qos: 1 });
    }
  }
  /** As somebody does who wants so many rows, from the command line: the console learns for a time. */
  async function teach(more: number): Promise<void> {
    const lesson = { stream, seconds: 36_000, rows: 150, reason: 'as much as a test has time for' };
    expect((await api(site, 'POST', '/streams/learn', lesson)).status).toBe(200);
    await send(150, more);
  }
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const state = (name: string) => page.locator(`.stream-state [data-state=${name}]`);
  /** By keyboard alone. */
  async function act(name: string, reason: string): Promise<void> {
    await button(name).focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.locator('textarea').focus();
    await page.keyboard.type(reason);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
  }
  const reasonOf = async (type: string): Promise<string | undefined> =>
    (await wholeLog(site)).findLast((entry) => entry.type === type)?.reason;

  it('is learned for as long as somebody says, says how far that is, and is stopped', async () => {
    await state('seen').waitFor();
    await button('Learn').click();
    await page.locator('dialog[open] select').selectOption('day');
    await page.locator('dialog[open] textarea').fill('a normal day');
    await page.locator('dialog[open] button[type=submit]').click();
    await state('learning').waitFor();
    await send(7);
    await page.getByText(/Is being learned until .* – 7 rows so far/).waitFor();
    await act('Stop learning', 'the pump is serviced');
    await state('seen').waitFor();
    expect(await reasonOf('stream/lesson-stopped')).toBe('the pump is serviced');
    // The button that was pressed is gone; the keyboard goes on from the top of the view.
    await site.until(
      async () => (await page.locator(':focus').textContent()) === stream || undefined,
      'focus',
    );
    expect(
      await page.locator('[aria-live]', { hasText: `${stream} is not being learned any more.` }).count(),
    ).toBe(1);
  });

  it('shows what was learned before it is accepted, and is judged as before once that is refused', async () => {
    await teach(0);
    const proposal = page.getByRole('region', { name: 'What was learned, and waits to be accepted' });
    await proposal.getByText('It is not judged by anything yet.').waitFor();
    await proposal.getByText(/From 150 rows/).waitFor();
    const row = proposal.getByRole('row', { name: 'level' });
    expect(await row.textContent()).toMatch(/[\d.]+ to [\d.]+, on the mean [\d.]+ m.*new$/);
    await act('Refuse what was learned', 'the valve was open');
    await state('seen').waitFor();
    expect(await proposal.count()).toBe(0);
    expect(await reasonOf('stream/refused')).toBe('the valve was open');
  });

  it('is judged by what was accepted; what is learned anew says what would be another', async () => {
    await teach(0);
    await act('Accept what was learned', 'compared with the log of the plant');
    await state('judging').waitFor();
    expect(await reasonOf('stream/accepted')).toBe('compared with the log of the plant');
    await teach(5);
    const row = page.locator('.stream-state').getByRole('row', { name: 'level' });
    await row.getByText(/^the mean by \+[\d.]+ standard deviations$/).waitFor();
    await page
      .locator('.stream-state')
      .getByText(/What it is judged by now is from 150 rows/)
      .waitFor();
  });

  it('is drawn with a chart for each unit, above how far that is from normal, and told as a table', async () => {
    const charts = page.locator('.readings .time-chart canvas');
    await charts.nth(3).waitFor();
    expect(await charts.count()).toBe(4);
    const shown = await page.locator('.readings .map-legend').allTextContents();
    expect(shown).toEqual(['level', 'flow', 'pressure']);
    await page.getByText('The same as a table, row by row').click();
    const heads = await page.locator('.readings details thead th').allTextContents();
    expect(heads).toEqual(['Time', 'level [m]', 'flow [l/s]', 'pressure [bar]', 'Severity']);
  });

  it.each(['en', 'ja'] as const)('keeps WCAG 2.2 AA, light, dark and on a phone: %s', async (language) => {
    await speak(page, language);
    await page.locator('.stream-state table').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessProblems(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    await speak(page, 'en');
  });

  it('offers nobody what they may not do', async () => {
    const role = ['--role', 'viewer', '--reason', 'looks on'];
    const { stdout } = await site.kiten('operator', 'add', 'ann', ...role);
    const viewer = (await openPage(browser)).page;
    await viewer.goto(stdout.trim());
    await viewer.locator('.link-state[data-link=live]').waitFor();
    await viewer.goto(`${site.ready.console}#/readings?stream=${stream}`);
    // What was learned is there to be seen.
    await viewer.locator('.stream-state table').waitFor();
    expect(await viewer.locator('main button').count()).toBe(0);
    await viewer.close();
  });

  it('says what the site says where it refuses', async () => {
    await button('Accept what was learned').click();
    // Somebody else was faster.
    expect((await api(site, 'POST', '/streams/refuse', { stream, reason: 'a valve was open' })).status).toBe(
      200,
    );
    await page.locator('dialog[open] textarea').fill('all is well');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.getByText(`Nothing that was learned of ${stream} waits to be accepted.`).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  });

  it('is judged otherwise once somebody says so', async () => {
    await button('Change how it is judged').click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Alarms a day without a cause').fill('500');
    await dialog.getByLabel('Follow what is normal where it wanders slowly').check();
    await dialog.getByLabel('In all, where an alarm begins').fill('3');
    expect(await accessProblems(page)).toEqual([]);
    await dialog.locator('textarea').fill('the season changes');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    const { declarations } = (await api<{ declarations: object[] }>(site, 'GET', '/stream-declarations'))
      .body;
    expect(declarations).toMatchObject([
      { ...declaration, alarmsPerDay: 500, follow: { perDay: 0.1, most: 3 }, reason: 'the season changes' },
    ]);
    await site.until(async () => {
      await send(1);
      return (
        (await page.getByText('is followed: 0.1 standard deviations a day, 3 in all').count()) || undefined
      );
    }, 'what was changed, to be seen');
  });

  it('is held back by a policy that is prepared here, and put in force where all policies are', async () => {
    await page.getByLabel('What becomes of its messages').selectOption('held-from-receivers');
    await page.getByRole('link', { name: 'Prepare the policy' }).click();
    expect(await page.locator('.editor textarea').inputValue()).toContain(
      '@id("readings-tank-held-from-receivers")',
    );
    await page.locator('.change').first().waitFor();
    await button('Put in force').click();
    await page.locator('dialog[open] textarea').fill('until the sensor is replaced');
    await page.locator('dialog[open]').getByRole('button', { name: 'Put in force' }).click();
    await page.locator('.totals', { hasText: 'until the sensor is replaced' }).waitFor();
    await page.goBack();
    await page
      .locator('dd', { hasText: 'held back from whoever would receive them unless they are affirmed' })
      .waitFor();
    expect(await page.getByRole('link', { name: 'Prepare the policy' }).count()).toBe(0);
  });

  it('is forgotten, and there again when it says something', async () => {
    await button('Forget this stream').click();
    await page.locator('dialog[open]').getByText('the stream appears anew and has to be learned').waitFor();
    await page.locator('dialog[open] textarea').fill('the sensor was taken down');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.getByText('No stream of readings has appeared.').waitFor();
    expect(await reasonOf('stream/forgotten')).toBe('the sensor was taken down');
    await send(1);
    await page.getByRole('link', { name: stream }).click();
    await button('Forget this stream').waitFor();
  });

  it('is judged no more once somebody takes its declaration back', async () => {
    await button('Judge no more').click();
    await page.locator('dialog[open]').getByText(`each of its streams (1): ${stream}`).waitFor();
    await page.locator('dialog[open] textarea').fill('the tank is gone');
    await page.locator('dialog[open] button[type=submit]').click();
    await page.getByText('No stream of readings has appeared.').waitFor();
    expect(await reasonOf('stream/undeclared')).toBe('the tank is gone');
  });

  it('is declared by hand, with what the site says where that makes no sense, and compared with another', async () => {
    const dialog = page.locator('dialog[open]');
    const declare = async (id: string, channels: string) => {
      await button('Declare readings').click();
      await dialog.getByLabel('Name').fill(id);
      await dialog.getByLabel('Topics').fill('d/+/tank');
      await dialog.getByLabel('Channels').fill(channels);
      await dialog.locator('[name=reason]').fill('a new tank');
      await dialog.locator('button[type=submit]').click();
    };
    await declare('tank', 'level');
    await dialog.getByText('a channel in JSON is named by a pointer such as /temperature').waitFor();
    expect(await accessProblems(page)).toEqual([]);
    await dialog.getByLabel('Channels').fill('/level [m]\n/flow');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    await declare('outflow', '/flow [l/s]');
    await dialog.waitFor({ state: 'detached' });
    const { body } = await api<{ declarations: object[] }>(site, 'GET', '/stream-declarations');
    expect(body.declarations).toMatchObject([
      { id: 'outflow', form: 'json', fields: ['/flow'], units: { flow: 'l/s' }, learnSeconds: 604_800 },
      {
        id: 'tank',
        filter: 'd/+/tank',
        fields: ['/level', '/flow'],
        units: { level: 'm' },
        alarmsPerDay: 0.1,
      },
    ]);
    await site.until(async () => {
      await send(1);
      return (await answered('/streams')).body.streams.length === 2 || undefined;
    }, 'both streams');
    await button('Compare streams').click();
    await dialog.getByLabel('Name').fill('flows');
    for (const each of ['pump-1/outflow', stream]) await dialog.getByLabel(each, { exact: true }).check();
    await dialog.getByText(`pump-1/outflow#flow ${stream}#level ${stream}#flow`).waitFor();
    await dialog.getByLabel('What is known to hold').fill(`equal pump-1/outflow#flow ${stream}#flow`);
    expect(await accessProblems(page)).toEqual([]);
    await dialog.locator('[name=reason]').fill('one pipe');
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    await page
      .locator('.relations tbody tr', { hasText: 'flows' })
      .getByText('declared, not learned')
      .waitFor();
  });

  it('is declared with the keys of its devices, and what is none is said at its field', async () => {
    const dialog = page.locator('dialog[open]');
    const keys = dialog.getByLabel('Or the public key of each device');
    await button('Declare readings').click();
    await dialog.getByLabel('How a message holds readings').selectOption('pack');
    await dialog.locator('[name=id]').fill('signed');
    await dialog.locator('[name=filter]').fill('d/+/signed');
    await dialog.locator('[name=channels]').fill('level [m]');
    await keys.fill('pump-1 keys/pump-1.pem');
    await dialog.locator('[name=reason]').fill('a gateway signs');
    await dialog.locator('button[type=submit]').click();
    await dialog.getByText('From “pump-1 keys/pump-1.pem” on: each device is named once').waitFor();
    expect(await keys.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator(':focus').getAttribute('name')).toBe('keys');
    expect(await accessProblems(page)).toEqual([]);
    const { publicKey } = generateKeyPairSync('ed25519');
    await keys.fill(`pump-1:\n${publicKey.export({ type: 'spki', format: 'pem' })}`);
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'detached' });
    const { declarations } = (await api<{ declarations: object[] }>(site, 'GET', '/stream-declarations'))
      .body;
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(declarations).toContainEqual(
      expect.objectContaining({ id: 'signed', form: 'pack', keys: { 'pump-1': key } }),
    );
    // Apart from what was refused.
    expect(watched.complaints.filter((one) => !/ (400|404|409) /.test(one))).toEqual([]);
  });
});
