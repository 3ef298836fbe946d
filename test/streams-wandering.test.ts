import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Stream {
  readonly state: string;
  readonly rows: number;
  readonly profile?: string;
  readonly alarm?: { readonly sees: string; readonly channels: readonly string[] };
  readonly drift?: readonly {
    readonly channel: string;
    readonly deviations: number;
    readonly amount: number;
  }[];
}

describe.skipIf(!tools)('the normal of a stream of a running site', () => {
  let site: TestSite;
  let oven: DeviceFiles;
  const name = 'oven-1/heat';
  const because = ['--reason', 'it ages'];
  /** A reading in six minutes, as its device says. */
  const interval = 360;
  let time = Math.floor(Date.now() / 1000) - 2000 * interval;
  let state = 11;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  beforeAll(async () => {
    site = await TestSite.start();
    oven = await enrol(site, 'oven-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** @param off of each row, in standard deviations */
  async function send(count: number, off: (row: number) => number = () => 0): Promise<void> {
    const lines = Array.from({ length: count }, (_, row) => {
      const v = Number((200 + noise() + noise() + noise() + 0.5 * off(row)).toFixed(3));
      time += interval;
      return JSON.stringify([{ n: 'heat', v, t: time }]);
    });
    const args = [...mosquittoOptions(site, oven), '-V', 'mqttv5', '-i', oven.id];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-t', 'd/oven-1/heat', '-q', '1', '-l'], {
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0) throw new Error(stderr);
  }
  const stream = async (): Promise<Stream | undefined> =>
    (await site.json<Stream[]>('measurement', 'stream', 'list'))[0];
  const after = (rows: number) =>
    site.until(async () => {
      const one = await stream();
      return one !== undefined && one.rows >= rows ? one : undefined;
    }, `${rows} rows`);
  const declaring = ['measurement', 'stream', 'add', 'heat', '--filter', 'd/+/heat', '--form', 'senml'];
  const declared = [...declaring, '--field', 'heat', '--alarms-per-day', '0.001', ...because];

  it('is not followed by rules that make no sense', async () => {
    const { code, stderr } = await site.kiten(...declared, '--follow', '--drift-per-day', '3');
    expect(code).not.toBe(0);
    expect(stderr).toContain('measurement/stream-declaration');
  });

  it('is followed by the profile that it has, once that is declared, also when the site is killed then', async () => {
    expect((await site.kiten(...declared)).code).toBe(0);
    await site.until(async () => {
      await send(1);
      return await stream();
    }, 'the stream');
    const lesson = ['--seconds', '3600', '--rows', '400', '--accept', ...because];
    await site.json('measurement', 'stream', 'learn', name, ...lesson);
    await send(400);
    const { profile, drift } = await site.until(async () => {
      const one = await stream();
      return one?.state === 'judging' ? one : undefined;
    }, 'the profile');
    expect(drift).toBeUndefined();
    expect((await site.kiten(...declared, '--drift-per-day', '2')).code).toBe(0);
    await site.signal('SIGKILL');
    await site.up();
    const unmoved = [{ channel: 'heat', deviations: 0, amount: 0 }];
    expect(await stream()).toMatchObject({ state: 'judging', profile, drift: unmoved });
  }, 120_000);

  it('goes on from where it was when the site starts again', async () => {
    const { rows = 0 } = (await stream()) ?? {};
    await send(100, (row) => row / 100);
    const { drift } = await after(rows + 100);
    const { deviations = 0, amount = 0 } = drift?.[0] ?? {};
    expect(deviations).toBeGreaterThan(0.3);
    expect(deviations).toBeLessThan(1.7);
    expect(amount / deviations).toBeCloseTo(0.5, 1);

    await site.signal('SIGTERM');
    await site.up();
    // But for a row that was still under way.
    expect(Math.abs(((await stream())?.drift?.[0]?.deviations ?? 0) - deviations)).toBeLessThan(0.3);
    const { stdout } = await site.kiten('measurement', 'stream', 'show', name);
    expect(stdout).toMatch(/\+[01]\.\d\d σ {2}\+0\.\d{3,4} {2}heat/);
  });

  it('alarms as drift where it may go no farther', async () => {
    let off = 1;
    const { alarm } = await site.until(async () => {
      await send(20, () => {
        off = Math.min(2.4, off + 0.01);
        return off;
      });
      const one = await stream();
      return one?.alarm?.sees === 'drift' ? one : undefined;
    }, 'the alarm');
    expect(alarm?.channels).toEqual(['heat']);
    const { deviations = 0 } = (await stream())?.drift?.[0] ?? {};
    expect(deviations).toBeGreaterThan(1.5);
    expect(deviations).toBeLessThanOrEqual(2);
  });

  it('is where it was accepted once it is followed no more, also when the site is killed then', async () => {
    const { profile } = (await stream()) ?? {};
    expect((await site.kiten(...declared)).code).toBe(0);
    await site.signal('SIGKILL');
    await site.up();
    const fixed = await stream();
    expect(fixed).toMatchObject({ profile });
    expect(fixed?.drift).toBeUndefined();
    expect((await site.kiten(...declared, '--drift-per-day', '2')).code).toBe(0);
    const { drift } = await site.until(async () => {
      const one = await stream();
      return one?.drift === undefined ? undefined : one;
    }, 'that it is followed');
    expect(drift).toEqual([{ channel: 'heat', deviations: 0, amount: 0 }]);
  }, 120_000);
});
