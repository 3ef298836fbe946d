import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicies } from '@kiten/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

/** A listener that writes down what it gets: the topic, the user properties and the payload. */
class Listener {
  readonly #process: ChildProcess;
  readonly lines: string[] = [];

  private constructor(process: ChildProcess) {
    this.#process = process;
    let rest = '';
    process.stdout?.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
  }

  static start(site: TestSite, device: DeviceFiles, version: string): Listener {
    const format = version === 'mqttv5' ? '%t|%P|%p' : '%t||%p';
    const args = [...mosquittoOptions(site, device), '-V', version, '-i', device.id];
    const process = spawn('mosquitto_sub', [...args, '-t', 'd/#', '-q', '1', '-F', format]);
    return new Listener(process);
  }

  /** What it got with this in it. */
  with(text: string): readonly string[] {
    return this.lines.filter((line) => line.startsWith('d/') && line.includes(text));
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

interface Denial {
  readonly topic: string;
  readonly action: string;
  readonly policies: readonly string[];
  readonly stream?: string;
  readonly finding?: string;
}

describe.skipIf(!tools)('the readings of a device of a running site', { timeout: 120_000 }, () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let screen: Listener;
  let panel: Listener;
  let old: Listener;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    screen = Listener.start(site, await enrol(site, 'screen', '--group', 'observers'), 'mqttv5');
    panel = Listener.start(site, await enrol(site, 'panel', '--group', 'controllers'), 'mqttv5');
    old = Listener.start(site, await enrol(site, 'old', '--group', 'observers'), 'mqttv311');
    await site.until(async () => {
      await publish(site, pump, 'mqttv5', '-t', 'd/pump-1/up', '-m', 'up');
      return [screen, panel, old].every(({ lines }) => lines.length > 0);
    }, 'the subscriptions');
  });
  afterAll(async () => {
    for (const listener of [screen, panel, old]) await listener?.stop();
    await site?.[Symbol.asyncDispose]();
  });

  const because = ['--reason', 'to be believed or not'];
  let sequence = 0;
  let time = 0;
  let state = 7;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };

  /** A tank and what flows into it, counted from 1; `bias` is what somebody adds to the level. */
  function reading(bias = 0): string {
    const n = ++sequence;
    time = Math.max(Date.now(), time * 1000 + 0.125) / 1000;
    const flow = 10 + 3 * Math.sin(n / 17) + 0.4 * noise();
    const level = 2 * flow + 0.3 * noise() + bias;
    return JSON.stringify({ level, flow, n, t: time });
  }
  const readings = (count: number, bias = 0): string[] => Array.from({ length: count }, () => reading(bias));

  /** Each line is a message of QoS 1. */
  async function send(lines: readonly string[]): Promise<void> {
    const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id, '-t', 'd/pump-1/tank'];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-q', '1', '-l'], {
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0) throw new Error(stderr);
  }

  /** Says something that can be recognised on a topic, and waits until whoever may hear everything has heard it. */
  let marks = 0;
  async function say(topic: string, text: string): Promise<string> {
    const mark = `"mark":${++marks},`;
    const line = text.replace('{', `{${mark}`);
    const { code, stderr } = await publish(site, pump, 'mqttv5', '-t', topic, '-m', line, '-q', '1');
    if (code !== 0) throw new Error(stderr);
    await site.until(() => screen.with(mark).length > 0, 'the message');
    return mark;
  }
  const heard = ({ with: _, ...listener }: Listener, mark: string): readonly string[] =>
    listener.lines.filter((line) => line.includes(mark)).map((line) => line.split('|')[1] ?? '');

  const code = async (wanted: string): Promise<boolean> => {
    const { findings } = (await (await site.fetch('/devices/pump-1')).json()) as {
      findings: readonly { code: string; part?: string }[];
    };
    return findings.some((one) => one.code === wanted && one.part === 'stream:pump-1/tank');
  };
  /** The mark that messages of the tank carry to the screen. */
  const markOf = async (): Promise<string> => {
    const mark = await say('d/pump-1/tank', reading());
    return heard(screen, mark)[0] as string;
  };

  it('are marked as unjudged until they are learned, and pass as they came when they are affirmed', async () => {
    const fields = [
      '--field',
      '/level',
      '/flow',
      '--sequence',
      '/n',
      '--time',
      '/t',
      '--alarms-per-day',
      '1000',
    ];
    await site.json('measurement', 'stream', 'add', 'tank', '--filter', 'd/+/tank', ...fields, ...because);
    await site.json(
      'measurement',
      'stream',
      'add',
      'shaft',
      '--filter',
      'd/+/shaft',
      '--field',
      '/rpm',
      ...because,
    );
    const first = await say('d/pump-1/tank', reading());
    expect(heard(screen, first)).toEqual(['kiten-sourced-data:none']);
    const lesson = ['--seconds', '3600', '--rows', '400', '--accept', ...because];
    await site.until(async () => {
      await send(readings(1));
      return (await site.kiten('measurement', 'stream', 'learn', 'pump-1/tank', ...lesson)).code === 0;
    }, 'the stream');
    await send(readings(500));
    await site.until(async () => {
      await send(readings(30));
      return code('measurement/readings-normal');
    }, 'the affirmation');
    const good = await say('d/pump-1/tank', reading());
    await site.until(
      () => heard(panel, good).length > 0 && heard(old, good).length > 0,
      'the message everywhere',
    );
    expect([heard(screen, good), heard(panel, good), heard(old, good)]).toEqual([[''], [''], ['']]);
  });

  it('are marked for whoever can be told once somebody adds something to them', async () => {
    await site.until(async () => {
      await send(readings(30, 8));
      return code('measurement/readings-abnormal');
    }, 'the alarm');
    const doubtful = await say('d/pump-1/tank', reading(8));
    const told = 'kiten-sourced-data:warning kiten-finding:measurement/readings-abnormal';
    await site.until(
      () => heard(panel, doubtful).length > 0 && heard(old, doubtful).length > 0,
      'the message',
    );
    expect([heard(screen, doubtful), heard(panel, doubtful), heard(old, doubtful)]).toEqual([
      [told],
      [told],
      [''],
    ]);
  });

  it('are held back from controllers once they are played back, and nothing else of the device is', async () => {
    const replayed = reading();
    await send([replayed]);
    await send([replayed]);
    await site.until(() => code('measurement/pack-replayed'), 'the finding');
    const lie = await say('d/pump-1/tank', reading());
    const truth = await say('d/pump-1/shaft', '{"rpm":1500}');
    await site.until(
      () => heard(panel, truth).length > 0 && heard(old, truth).length > 0,
      'the other stream',
    );
    const told = 'kiten-sourced-data:contraindicated kiten-finding:measurement/pack-replayed';
    expect(heard(screen, lie)).toEqual([told]);
    expect([heard(panel, lie), heard(old, lie)]).toEqual([[], []]);
    const { denials } = (await (await site.fetch('/devices/panel/denials')).json()) as { denials: Denial[] };
    expect(denials[0]).toMatchObject({
      action: 'receive',
      topic: 'd/pump-1/tank',
      policies: ['contraindicated-readings-move-nothing'],
      stream: 'pump-1/tank',
      finding: 'measurement/pack-replayed',
    });
    const { stdout } = await site.kiten('device', 'denials', 'panel');
    expect(stdout).toContain('pump-1/tank, measurement/pack-replayed');
  });

  it('are nobody’s to vouch for but the site’s', async () => {
    const forged = ['-D', 'publish', 'user-property', 'kiten-sourced-data', 'affirming'];
    const args = ['-t', 'd/pump-1/tank', '-m', reading(), '-q', '1', '-d'];
    const { stdout, stderr } = await publish(site, pump, 'mqttv5', ...args, ...forged);
    expect(stdout + stderr).toMatch(/not authorized/i);
  });

  it('can be refused to receivers of version 3.1.1, which cannot be told', async () => {
    const file = join(site.directory, 'policies.cedar');
    const policy = `@id("doubtful-readings-need-version-5")
forbid (principal is Device, action == Action::"receive", resource is Topic)
when { context has protocol && context.protocol == "3.1.1" }
when { context has sourcedData && context.sourcedData != "affirming" };`;
    await writeFile(file, `${defaultPolicies}\n${policy}\n`);
    expect(await site.kiten('policy', 'set', file, ...because)).toMatchObject({ code: 0 });
    const told = await say('d/pump-1/tank', reading());
    const other = await say('d/pump-1/other', '{}');
    await site.until(() => heard(old, other).length > 0, 'what is no reading');
    expect(heard(old, told)).toEqual([]);
  });

  it('flow again when an operator cleared what spoke against them', async () => {
    await site.until(async () => {
      await send(readings(60));
      const streams = await site.json<{ stream: string; normalSince?: number }[]>(
        'measurement',
        'stream',
        'list',
      );
      return streams.find(({ stream }) => stream === 'pump-1/tank')?.normalSince;
    }, 'normal readings');
    for (const finding of ['measurement/pack-replayed', 'measurement/readings-abnormal'])
      expect((await site.kiten('device', 'clear', 'pump-1', '--finding', finding, ...because)).code).toBe(0);
    await site.until(async () => {
      await send(readings(30));
      return (await markOf()) === '';
    }, 'the affirmation');
    const good = await say('d/pump-1/tank', reading());
    await site.until(() => heard(panel, good).length > 0 && heard(old, good).length > 0, 'the message');
  });
});
