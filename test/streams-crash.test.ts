import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { evaluateInThread, inspectorIn } from './inspector.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Streams {
  readonly streams: readonly {
    readonly stream: string;
    readonly state: string;
    readonly rows: number;
    readonly learnedRows?: number;
    readonly normalSince?: number;
  }[];
  readonly judging: { readonly stoppedAt?: number; readonly problem?: string; readonly missed: number };
}

describe.skipIf(!tools)('whoever judges readings', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let row = 0;
  const name = 'pump-1/tank';
  const because = ['--reason', 'to be believed or not'];

  beforeAll(async () => {
    // Any port, where the site opens an inspector at all.
    process.env['NODE_OPTIONS'] = '--inspect-port=0';
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    const fields = ['--field', '/level', '/flow', '--alarms-per-day', '1000'];
    await site.json('measurement', 'stream', 'add', 'tank', '--filter', 'd/+/tank', ...fields, ...because);
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const next = (count: number): string[] =>
    Array.from({ length: count }, () => {
      const flow = 10 + 3 * Math.sin(++row / 17) + 0.2 * Math.sin(row * row);
      return JSON.stringify({ level: Number((2 * flow).toFixed(3)), flow: Number(flow.toFixed(3)) });
    });
  async function send(lines: readonly string[]): Promise<void> {
    const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-t', 'd/pump-1/tank', '-q', '1', '-l'], {
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0) throw new Error(stderr);
  }
  const all = async (): Promise<Streams> => (await (await site.fetch('/streams')).json()) as Streams;
  const stream = async () => (await all()).streams.find((one) => one.stream === name);
  const lessons = (): Promise<string[]> => readdir(join(site.data, 'measurement', 'lessons'));
  const endThread = async (): Promise<void> => {
    const url = inspectorIn(site.errors);
    if (url === undefined) throw new Error('there is no inspector');
    await evaluateInThread(url, 'stream-worker', 'process.exit(7)');
  };

  it('keeps what it has gathered when the site is killed', async () => {
    await site.until(async () => {
      await send(next(1));
      return await stream();
    }, 'the stream');
    const lesson = ['--seconds', '3600', '--rows', '400', '--accept', ...because];
    await site.json('measurement', 'stream', 'learn', name, ...lesson);
    await send(next(200));
    // Sixty-four rows are written at once.
    await site.until(async () => {
      await send(next(1));
      const [file = ''] = await lessons();
      const { code, stdout } = await run('wc', ['-c', join(site.data, 'measurement', 'lessons', file)]);
      return (code === 0 && Number.parseInt(stdout, 10) >= 150 * 24) || undefined;
    }, 'the rows in the file');
    await site.signal('SIGKILL');
    await site.up();
    const { state, learnedRows = 0 } = (await stream()) ?? {};
    expect(state).toBe('learning');
    expect(learnedRows).toBeGreaterThanOrEqual(150);
    expect(learnedRows).toBeLessThan(400);
  });

  it('is replaced when it ends during a lesson, which goes on, and says so', async () => {
    site.tell('SIGUSR1');
    await site.until(() => inspectorIn(site.errors), 'the inspector');
    const { learnedRows: before = 0 } = (await stream()) ?? {};
    let stopped: Streams | undefined;
    // What comes while it is away has nobody to be judged by.
    let looks = 0;
    await site.until(async () => {
      const now = await all();
      // Each end makes the next pause longer: it is ended again only if it was back before anybody had looked or sent.
      if (now.judging.stoppedAt !== undefined) stopped ??= now;
      else if (looks++ % 20 === 0) await endThread();
      await send(next(5));
      return now.judging.missed > 0 || undefined;
    }, 'what was missed');
    expect(stopped?.judging.problem).toContain('7');
    expect(stopped?.streams[0]?.state).toBe('unjudged');
    const { checks } = (await (await site.fetch('/health')).json()) as { checks: { code?: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ code: 'kiten/readings-unjudged' }));
    const resumed = await site.until(async () => {
      const { judging, streams } = await all();
      return judging.stoppedAt === undefined ? streams[0] : undefined;
    }, 'that another one began');
    expect(resumed?.state).toBe('learning');
    expect(resumed?.learnedRows).toBeGreaterThanOrEqual(before - 64);
    await site.until(async () => {
      await send(next(40));
      return (await stream())?.state === 'judging' || undefined;
    }, 'the profile');
    // What was learned from is not needed any more.
    await site.until(async () => ((await lessons()).length === 0 ? true : undefined), 'an empty directory');
  });

  it('judges on when it ended during an alarm, which goes on', async () => {
    await site.until(async () => {
      await send(next(60));
      return (await stream())?.normalSince;
    }, 'normal readings');
    await send(Array.from({ length: 60 }, () => '{"level":99,"flow":1}'));
    await site.until(async () => (await stream())?.state === 'alarm' || undefined, 'the alarm');
    const resumed = (await wholeLog(site)).filter(({ type }) => type === 'judging/resumed').length;
    await endThread();
    await site.until(async () => {
      const ends = (await wholeLog(site)).filter(({ type }) => type === 'judging/resumed').length;
      return ends > resumed || undefined;
    }, 'that another one began');
    expect((await stream())?.state).toBe('alarm');
    await site.until(async () => {
      await send(next(60));
      return (await stream())?.state === 'judging' || undefined;
    }, 'that it is normal again');
    const shown = await site.json<{ alarms: { ended?: number }[] }>('measurement', 'stream', 'show', name);
    expect(shown.alarms.every(({ ended }) => ended !== undefined)).toBe(true);
    await site.until(async () => {
      const entries = await wholeLog(site);
      return entries.some(({ type }) => type === 'judging/missed') || undefined;
    }, 'what was missed, in the log');
  });
});
