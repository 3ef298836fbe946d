import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicies } from '@kiten/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Stream {
  readonly stream: string;
  readonly state: string;
  readonly rows: number;
  readonly normalSince?: number;
  readonly profile?: string;
}

interface Verdict {
  readonly vector: Record<string, number>;
  readonly findings: readonly { code: string; part?: string; parameters: Record<string, unknown> }[];
}

/** A tank and what flows into it: two channels that go together, with noise that comes out the same each time. */
function* readings(seed: number): Generator<{ level: number; flow: number }> {
  let state = seed;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  for (let row = 0; ; row++) {
    const flow = 10 + 3 * Math.sin(row / 17) + 0.4 * noise();
    yield { level: Number((2 * flow + 0.3 * noise()).toFixed(3)), flow: Number(flow.toFixed(3)) };
  }
}

describe.skipIf(!tools)('streams of readings of a running site', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  const source = readings(7);
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const topic = 'd/pump-1/tank';
  const name = 'pump-1/tank';
  const because = ['--reason', 'to be believed or not'];

  /** Each line is a message of QoS 1. */
  async function send(lines: readonly string[]): Promise<void> {
    const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-t', topic, '-q', '1', '-l'], {
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0) throw new Error(stderr);
  }
  const next = (count: number): string[] =>
    Array.from({ length: count }, () => JSON.stringify(source.next().value));
  const stream = async (): Promise<Stream | undefined> =>
    (await site.json<Stream[]>('measurement', 'stream', 'list')).find((one) => one.stream === name);
  const verdict = async (): Promise<Verdict> =>
    (await (await site.fetch('/devices/pump-1')).json()) as Verdict;
  const sourcedData = async (): Promise<number | undefined> => (await verdict()).vector['sourced-data'];

  it('appear once they are declared, and are learned', async () => {
    const fields = ['--field', '/level', '/flow', '--alarms-per-day', '1000'];
    await site.json('measurement', 'stream', 'add', 'tank', '--filter', 'd/+/tank', ...fields, ...because);
    // The gateway hears of it a moment later.
    await site.until(async () => {
      await send(next(1));
      return await stream();
    }, 'the stream');
    const lesson = ['--seconds', '3600', '--rows', '400', '--accept', ...because];
    await site.json('measurement', 'stream', 'learn', name, ...lesson);
    await send(next(500));
    const { profile = '' } = await site.until(async () => {
      const one = await stream();
      return one?.state === 'judging' ? one : undefined;
    }, 'the profile');
    const file = join(site.data, 'measurement', 'profiles', `${profile}.json`);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      channels: ['level', 'flow'],
      rows: 400,
    });
    const types = (await wholeLog(site)).map(({ type }) => type);
    for (const type of ['declared', 'learning', 'learned', 'accepted'])
      expect(types).toContain(`stream/${type}`);
  });

  it('affirm what the device says while they are normal', async () => {
    await send(next(60));
    await site.until(async () => (await sourcedData()) === -2, 'the affirmation');
    const { findings } = await verdict();
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'measurement/readings-normal', part: `stream:${name}` }),
    );
  });

  it('are refused by a policy once they are frozen, and pass again when an operator cleared it', async () => {
    const file = join(site.directory, 'policies.cedar');
    const forbid = `@id("believed-readings-only")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { principal has tier && principal.tier.sourcedData == "warning" && resource.path like "d/*/tank" }
unless { principal in Group::"safety" };`;
    await writeFile(file, `${defaultPolicies}\n${forbid}\n`);
    expect((await site.kiten('policy', 'set', file, '--reason', 'readings')).code).toBe(0);
    const taken = async (line: string): Promise<boolean> => {
      const { stdout, stderr } = await publish(
        site,
        pump,
        'mqttv5',
        '-t',
        topic,
        '-m',
        line,
        '-q',
        '1',
        '-d',
      );
      return !/Publish \d+ failed: .*not authorized/i.test(stderr + stdout);
    };
    expect(await taken(next(1)[0] as string)).toBe(true);

    await send(Array.from({ length: 120 }, () => '{"level":20.5,"flow":14.25}'));
    await site.until(async () => (await sourcedData()) === -50, 'the alarm');
    const { findings } = await verdict();
    const alarm = findings.find(({ code }) => code === 'measurement/readings-abnormal');
    expect(String(alarm?.parameters.channels)).toMatch(/level|flow/);
    expect(await taken(next(1)[0] as string)).toBe(false);

    // What is refused is judged all the same: an operator sees that it is normal again. That alone changes nothing.
    await site.until(async () => {
      await send(next(60));
      return (await stream())?.normalSince;
    }, 'normal readings');
    expect(await sourcedData()).toBe(-50);
    const clear = ['device', 'clear', 'pump-1', '--finding', 'measurement/readings-abnormal'];
    expect((await site.kiten(...clear, '--reason', 'the cable was loose')).code).toBe(0);
    expect(await taken(next(1)[0] as string)).toBe(true);
    await site.until(async () => {
      await send(next(30));
      return (await sourcedData()) === -2;
    }, 'the affirmation');
  });

  it('are proved to others with the device that they are a part of', async () => {
    const bundle = join(site.directory, 'verdict.bundle');
    const trust = join(site.directory, 'trust');
    expect((await site.kiten('verdict', 'export', 'pump-1', '--out', bundle)).code).toBe(0);
    expect((await site.kiten('verdict', 'trust', '--out', trust)).code).toBe(0);
    const { code, stderr } = await kiten(['verdict', 'check', bundle, '--trust', trust]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('are judged on after a restart, by the same profile', async () => {
    const before = await stream();
    await site.signal('SIGTERM');
    await site.up();
    expect(await stream()).toMatchObject({ state: 'judging', profile: before?.profile });
    expect(await sourcedData()).toBe(-2);
    await send(next(40));
    await send(Array.from({ length: 120 }, () => '{"level":99,"flow":1}'));
    await site.until(async () => (await sourcedData()) === -50, 'the alarm');
  });

  it('say nothing good any more once they are forgotten, and appear anew if they say something after all', async () => {
    await site.until(async () => {
      await send(next(60));
      return (await stream())?.normalSince;
    }, 'normal readings');
    const clear = ['device', 'clear', 'pump-1', '--finding', 'measurement/readings-abnormal'];
    expect((await site.kiten(...clear, '--reason', 'it was refilled')).code).toBe(0);
    await site.until(async () => {
      await send(next(30));
      return (await sourcedData()) === -2;
    }, 'the affirmation');
    const forget = ['measurement', 'stream', 'forget', name, '--reason', 'the tank is gone'];
    expect(await site.json(...forget)).toEqual({ forgotten: name });
    await site.until(async () => (await sourcedData()) !== -2, 'the end of the affirmation');
    expect(await stream()).toBeUndefined();
    expect((await site.kiten(...forget, '--json')).stderr).toContain('kiten/stream-unknown');
    expect((await wholeLog(site)).find(({ type }) => type === 'stream/forgotten')).toMatchObject({
      ...{ reason: 'the tank is gone', data: { stream: name, declaration: 'tank' } },
    });
    await send(next(3));
    await site.until(async () => (await stream())?.state === 'seen', 'the stream');
    expect(await stream()).not.toHaveProperty('profile');
  });
});
