import { readFile } from 'node:fs/promises';
import { connectAsync, type IClientOptions } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessProblems } from './console-access.ts';
import { consoleTools, openBrowser, openPage, signIn, speak } from './console-browser.ts';
import { type DeviceFiles, enrol, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
  consoleTools(),
].every(Boolean);

interface BrakeAnswer {
  readonly id: number;
  readonly code: string;
  readonly state: string;
  readonly devices: readonly string[];
}

describe.skipIf(!tools)('the brake on mass falls, as it is met with mosquitto', () => {
  let site: TestSite;
  const meters: DeviceFiles[] = [];
  beforeAll(async () => {
    site = await TestSite.start();
    const options = ['--require', 'instance-identity', '--brake-share', '20', '--brake-least', '2'];
    await site.json('group', 'set', 'meters', ...options, '--reason', 'a small group');
    for (let index = 1; index <= 4; index++)
      meters.push(await enrol(site, `meter-${index}`, '--group', 'meters'));
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** What new software with a wrong configuration does: it tries topics that are not its own. */
  async function search({ id, certificate, key }: DeviceFiles): Promise<void> {
    const [ca, cert, secret] = await Promise.all(
      [site.ready.ca, certificate, key].map((file) => readFile(file)),
    );
    const settings = {
      ca,
      cert,
      key: secret,
      clientId: `${id}/search`,
      reconnectPeriod: 0,
    } as IClientOptions;
    const client = await connectAsync(`mqtts://localhost:${site.ready.mqtts.split(':')[1]}`, settings, false);
    client.on('error', () => undefined);
    for (let index = 0; index < 50; index++) client.publish(`d/other/${index}`, 'x');
    await site.until(async () => {
      const { findings } = await site.json<{ findings: { code: string }[] }>('device', 'show', id);
      return findings.some(({ code }) => code === 'gateway/topic-search') ? true : undefined;
    }, 'the finding');
    await client.endAsync(true);
  }

  const say = async (device: DeviceFiles) => {
    const { id } = device;
    const { stderr } = await publish(site, device, 'mqttv5', '-q', '1', '-t', `d/${id}/t`, '-m', 'x');
    return /not authorized/i.test(stderr) ? 'refused' : 'heard';
  };
  const brakeOn = async (code: string) =>
    (await site.json<BrakeAnswer[]>('brake', 'list')).find((one) => one.code === code);

  it('the first falls at once; from the second on, what is found is shown and nobody is cut', async () => {
    const [first, second, third] = meters as [DeviceFiles, DeviceFiles, DeviceFiles];
    await search(first);
    expect(await say(first)).toBe('refused');
    await search(second);
    await search(third);
    expect([await say(second), await say(third)]).toEqual(['heard', 'heard']);
    expect(await brakeOn('gateway/topic-search')).toMatchObject({
      state: 'braking',
      devices: ['meter-2', 'meter-3'],
    });
    const shown = await site.json<{ status: string; held: { code: string }[] }>('device', 'show', 'meter-2');
    expect(shown.status).toBe('contraindicated');
    expect(shown.held.map(({ code }) => code)).toContain('gateway/topic-search');
    const { warnings } = await site.json<{ warnings: { code: string }[] }>('status');
    expect(warnings.map(({ code }) => code)).toContain('kiten/brake-pulled');
  });

  it('is shown with what it holds, also on a phone, so that anybody can decide', async () => {
    const browser = await openBrowser();
    try {
      const { page } = await openPage(browser);
      await signIn(page, site);
      for (const language of ['en', 'ja'] as const) {
        await speak(page, language);
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 800 });
          await page.goto(`${site.ready.console}#/decisions`);
          await page.locator('a[href="#/devices/meter-3"]').first().waitFor();
          expect(await accessProblems(page)).toEqual([]);
        }
      }
    } finally {
      await browser.close();
    }
  });

  it('holds over a crash', async () => {
    await site.signal('SIGKILL');
    await site.up();
    expect([await say(meters[0] as DeviceFiles), await say(meters[1] as DeviceFiles)]).toEqual([
      'refused',
      'heard',
    ]);
  });

  it('lets what it held act when a person confirms, with a reason that stands in the log', async () => {
    const { id } = (await brakeOn('gateway/topic-search')) as BrakeAnswer;
    expect((await site.kiten('brake', 'confirm', String(id))).code).toBe(2);
    await site.json('brake', 'confirm', String(id), '--reason', 'the new firmware is bad');
    expect([await say(meters[1] as DeviceFiles), await say(meters[2] as DeviceFiles)]).toEqual([
      'refused',
      'refused',
    ]);
    expect(await say(meters[3] as DeviceFiles)).toBe('heard');
    const entries = await site.json<{ type: string; reason?: string }[]>('log', 'show', '--last', '200');
    expect(entries.find(({ type }) => type === 'brake/confirmed')?.reason).toBe('the new firmware is bad');
  });
});
