import { encodeUtf8 } from '@kiten/codec';
import { generateSigner } from '@kiten/identity';
import { encodeSenmlCbor, senmlContent, signPack } from '@kiten/measurement';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessProblems } from './console-access.ts';
import { consoleTools, openBrowser, openPage, signIn, speak } from './console-browser.ts';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { evaluateInProcess, evaluateInThread, inspectorIn } from './inspector.ts';
import { run, TestSite } from './kiten.ts';

/**
 * A minute is short: of the timers that are set from now on, those of a minute go off soon, and what would be done
 * after a second waits until it is asked for.
 */
const quickened = `{
  const { setTimeout: real } = globalThis;
  globalThis.held = [];
  globalThis.setTimeout = (work, milliseconds, ...rest) => {
    if (milliseconds !== 1_000) return real(work, milliseconds === 60_000 ? 100 : milliseconds, ...rest);
    globalThis.held.push(() => work(...rest));
    return real(() => undefined, 2 ** 30).unref();
  };
  globalThis.asBefore = () => {
    globalThis.setTimeout = real;
    for (const work of globalThis.held) work();
  };
}`;

interface Found {
  readonly sequence?: string;
  readonly pack?: object;
}

describe.skipIf(!consoleTools())('readings in the console', { timeout: 150_000 }, () => {
  let site: TestSite;
  let browser: Browser;
  let page: Page;
  let pump: DeviceFiles;
  let sequence = 0;
  const foreign = generateSigner('EdDSA');

  beforeAll(async () => {
    // Any port, where the site opens an inspector at all.
    process.env['NODE_OPTIONS'] = '--inspect-port=0';
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    browser = await openBrowser();
    page = (await openPage(browser)).page;
    await signIn(page, site);
  }, 150_000);
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  async function publish(topic: string, payload: string | Uint8Array, how: '-l' | '-s'): Promise<void> {
    const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id, '-q', '1'];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-t', topic, how], { input: payload });
    if (code !== 0) throw new Error(stderr);
  }
  async function sendReadings(): Promise<void> {
    const lines = Array.from({ length: 6 }, () =>
      JSON.stringify({ n: sequence++, t: Date.now() / 1000, level: 20.5, flow: 10.25 }),
    );
    await publish('d/pump-1/tank', `${lines.join('\n')}\n`, '-l');
  }
  async function sendPack(): Promise<void> {
    const payload = encodeSenmlCbor([{ n: 'speed', v: 3.5 }]);
    const mark = { stream: 'pump-1/motor', sequence: sequence++, signedAt: Date.now() };
    const pack = { ...mark, payload, content: senmlContent.cbor, keyId: encodeUtf8('k') };
    await publish('d/pump-1/motor', signPack(pack, foreign), '-s');
  }
  const open = (path: string): Promise<unknown> => page.goto(`${site.ready.console}#${path}`);
  const row = (text: string) => page.locator('.readings tbody tr', { hasText: text });
  async function isAccessible(): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessProblems(page)).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  const findings = async (): Promise<string[]> =>
    (await site.json<{ findings: { code: string }[] }>('verdict', 'show', pump.id)).findings.map(
      ({ code }) => code,
    );

  it('that were found are shown as they are found, with what each needs before it is judged', async () => {
    await open('/readings');
    await site.until(async () => {
      await sendReadings();
      await sendPack();
      const { found } = (await (await site.fetch('/streams/discovered')).json()) as { found: Found[] };
      const isThere = found.some((one) => one.sequence !== undefined) && found.some(({ pack }) => pack);
      return isThere || undefined;
    }, 'what was found');
    // The view asks by itself.
    await page.getByRole('heading', { name: 'Found, not yet judged' }).waitFor();
    await row('d/+/tank').getByText('/level, /flow (json)').waitFor();
    await row('d/+/motor').getByText('Not signed with the key of the device’s certificate').waitFor();
    expect(await row('d/+/motor').locator('code').textContent()).toContain('stream add motor --found --key');
    expect(await row('d/+/motor').getByRole('button').allTextContents()).toEqual(['Declare with a key']);
    await isAccessible();
    await speak(page, 'ja');
    await page.getByRole('heading', { name: '検出済み・未判定' }).waitFor();
    await row('d/+/motor').getByText('デバイス証明書の鍵による署名ではありません').waitFor();
    await isAccessible();
    await speak(page, 'en');
  });

  it('are declared and learned with one button, by keyboard', async () => {
    await row('d/+/tank').getByRole('button', { name: 'Declare and learn' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('They are declared as tank (/level, /flow)').waitFor();
    expect(await accessProblems(page)).toEqual([]);
    await dialog.locator('textarea').fill('the tanks of line 1');
    await page.keyboard.press('Tab');
    await dialog.locator('button[type=submit]').focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await row('d/+/tank').waitFor({ state: 'detached' });
    const { declarations } = (await (await site.fetch('/stream-declarations')).json()) as {
      declarations: object[];
    };
    expect(declarations).toMatchObject([
      {
        ...{ id: 'tank', filter: 'd/+/tank', fields: ['/level', '/flow'], sequence: '/n', time: '/t' },
        ...{ learnSeconds: 604_800, reason: 'the tanks of line 1' },
      },
    ]);
    await site.until(async () => {
      await sendReadings();
      return (await row('pump-1/tank').getByText('being learned').count()) > 0 || undefined;
    }, 'the stream');
    await site.until(
      async () => (await findings()).includes('measurement/packs-fresh') || undefined,
      'fresh ones',
    );
  });

  it('that nobody judges are said to be unjudged; after a minute nothing is affirmed of them', async () => {
    site.tell('SIGUSR1');
    const url = await site.until(() => inspectorIn(site.errors), 'the inspector');
    await evaluateInProcess(url, quickened);
    await evaluateInThread(url, 'stream-worker', 'process.exit(7)');
    await page.getByRole('alert').getByText('Nothing is judged: the thread that does it ended').waitFor();
    await row('pump-1/tank').getByText('not judged: judging has stopped').waitFor();
    // What was found is shown on.
    expect(await row('d/+/motor').count()).toBe(1);
    await isAccessible();
    await speak(page, 'ja');
    await row('pump-1/tank').getByText('未判定（判定が停止中）').waitFor();
    await isAccessible();
    await speak(page, 'en');
    await site.until(
      async () => (await findings()).includes('measurement/readings-unjudged') || undefined,
      'the finding',
    );
    expect(await findings()).not.toContain('measurement/packs-fresh');
    await row('pump-1/tank').getByRole('link').click();
    await page.getByText('not judged: judging has stopped').waitFor();
    expect(await accessProblems(page)).toEqual([]);
    await open('/devices/pump-1');
    await page.getByText('Judging has stopped: nothing is said of them until it goes on.').first().waitFor();
    expect(await accessProblems(page)).toEqual([]);
    await evaluateInProcess(url, 'globalThis.asBefore()');
    await open('/readings');
    await row('pump-1/tank').getByText('being learned').waitFor();
    await site.until(async () => {
      await sendReadings();
      return (await findings()).includes('measurement/packs-fresh') || undefined;
    }, 'fresh ones again');
    await page.getByRole('alert').getByText('Nothing is judged').waitFor({ state: 'detached' });
  });
});
