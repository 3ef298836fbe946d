import { readFile } from 'node:fs/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, enrol } from '../packages/kiten/src/demo/enrol.ts';
import { api, joinAs, wholeLog } from './busy-site.ts';
import { TestSite } from './kiten.ts';

interface Relation {
  readonly state: string;
  readonly rows: number;
  readonly profile?: string;
  readonly problem?: string;
  readonly related?: readonly { check: string; explained: number }[];
  readonly alarms: readonly {
    began: number;
    isTold: boolean;
    ended?: number;
    sensors: readonly {
      sensor: string;
      device: string;
      probability: number;
      reasons: readonly { what: string; name: string }[];
    }[];
  }[];
}

interface Verdict {
  readonly findings: readonly { code: string; part?: string; parameters: Record<string, unknown> }[];
}

/** A device that is registered and has its certificate. */
async function enrolled(site: TestSite, id: string): Promise<Credentials> {
  const made = await api<{ token: string }>(site, 'POST', '/tokens', { device: id });
  const ca = await readFile(site.ready.ca, 'utf8');
  return enrol(site.ready.device, ca, id, made.body.token);
}

/** What flows through one pipe, as three devices along it measure it. */
function* flow(seed: number): Generator<readonly number[]> {
  let state = seed;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  for (let row = 0; ; row++) {
    const truth = 10 + 3 * Math.sin(row / 17) + Math.sin(row / 5);
    yield [0, 1, 2].map(() => Number((truth + 0.2 * noise()).toFixed(3)));
  }
}

describe('streams of several devices that are compared', () => {
  let site: TestSite;
  let meters: MqttClient[];
  let credentials: Credentials[];
  const source = flow(7);
  const because = ['--reason', 'one pipe'];
  const stream = (at: number): string => `meter-${at}/flow`;
  const check = `equal ${[0, 1, 2].map((at) => `${stream(at)}#value`).join(' ')}`;
  beforeAll(async () => {
    site = await TestSite.start();
    credentials = [];
    for (const at of [0, 1, 2]) credentials.push(await enrolled(site, `meter-${at}`));
    await join();
  });
  afterAll(async () => {
    for (const meter of meters) await meter.endAsync(true);
    await site[Symbol.asyncDispose]();
  });

  async function join(): Promise<void> {
    meters = await Promise.all(credentials.map((own, at) => joinAs(site, `meter-${at}`, own)));
  }

  /** Readings with a time of their own, the same moment of all meters after the other. */
  let clock = Math.floor(Date.now() / 1000) - 20_000;
  async function send(rows: number, alter: (values: readonly number[]) => readonly number[]): Promise<void> {
    for (let row = 0; row < rows; row++, clock += 10) {
      const values = alter(source.next().value as readonly number[]);
      for (const [at, meter] of meters.entries()) {
        const payload = JSON.stringify([{ n: 'value', v: values[at], t: clock }]);
        await meter.publishAsync(`d/meter-${at}/flow`, payload, { qos: 1 });
      }
    }
  }
  const honest = (values: readonly number[]) => values;
  const relation = async (): Promise<Relation> =>
    site.json<Relation>('measurement', 'relation', 'show', 'pipe');

  it('are declared, learned and accepted, on record', async () => {
    const declared = ['--filter', 'd/+/flow', '--form', 'senml', '--field', 'value', ...because];
    await site.json('measurement', 'stream', 'add', 'flow', ...declared);
    await site.until(async () => {
      await send(1, honest);
      const streams = await site.json<{ stream: string }[]>('measurement', 'stream', 'list');
      return streams.length === 3 || undefined;
    }, 'three streams');
    const streams = ['--stream', ...[0, 1, 2].map(stream), '--every', '10'];
    const checks = ['--check', check, '--alarms-per-day', '10'];
    await site.json('measurement', 'relation', 'add', 'pipe', ...streams, ...checks, ...because);
    const lesson = ['--seconds', '36000', '--rows', '400', '--accept', ...because];
    await site.json('measurement', 'relation', 'learn', 'pipe', ...lesson);
    await send(450, honest);
    const { profile, related } = await site.until(async () => {
      const one = await relation();
      if (one.problem !== undefined) throw new Error(one.problem);
      return one.state === 'judging' ? one : undefined;
    }, 'what was learned');
    expect(profile).toMatch(/^[0-9a-f]{64}$/);
    expect(related?.[0]?.explained).toBeGreaterThan(0.9);
    const types = (await wholeLog(site)).map(({ type }) => type);
    for (const type of ['declared', 'learning', 'learned', 'accepted'])
      expect(types).toContain(`relation/${type}`);
  }, 120_000);

  const lies = (values: readonly number[]) => values.map((value, at) => (at === 1 ? value + 2 : value));
  /** What attestation says of the one that lies, as it is weighed in the newest alarm. */
  const attestation = async (): Promise<string | undefined> => {
    const [alarm] = (await relation()).alarms;
    return alarm?.sensors[0]?.reasons.find(({ what }) => what === 'attestation')?.name;
  };

  it('outvote the device that lies, in its verdict and in words', async () => {
    await send(50, honest);
    const verdict = async (device: string): Promise<Verdict> =>
      (await (await site.fetch(`/devices/${device}`)).json()) as Verdict;
    const contradicted = await site.until(async () => {
      await send(25, lies);
      const { findings } = await verdict('meter-1');
      return findings.find(({ code }) => code === 'measurement/readings-contradicted');
    }, 'the finding');
    expect(contradicted).toMatchObject({ part: `stream:${stream(1)}` });
    expect(String(contradicted.parameters.channels)).toBe('value');
    const [alarm] = (await relation()).alarms;
    expect(alarm).toMatchObject({ isTold: true });
    expect(alarm?.sensors[0]).toMatchObject({ sensor: `${stream(1)}#value`, device: 'meter-1' });
    for (const other of ['meter-0', 'meter-2'])
      expect((await verdict(other)).findings.map(({ code }) => code)).not.toContain(
        'measurement/readings-contradicted',
      );
    const { stdout } = await site.kiten('measurement', 'relation', 'show', 'pipe');
    expect(stdout).toContain(`${stream(1)}#value of device meter-1 is not to be believed`);
  }, 120_000);

  it('are judged by what attestation says of their devices, as soon as it says so, and without it when that is cleared', async () => {
    const began = (await relation()).alarms[0]?.began;
    expect(await attestation()).toBeUndefined();
    for (const other of ['a', 'b', 'c', 'd', 'e'])
      await meters[1]?.publishAsync(`c/${other}/set`, '1').catch(() => undefined);
    await site.until(async () => (await attestation()) === 'warning', 'what speaks against the device');
    expect((await relation()).alarms[0]).toMatchObject({ began });
    await site.json('device', 'clear', 'meter-1', '--finding', 'gateway/topic-probing', ...because);
    await site.until(async () => (await attestation()) === undefined, 'that it is cleared');
  }, 120_000);

  it('are compared on after a restart, by the same profile, and no more when that is taken back', async () => {
    const { profile } = await relation();
    await site.signal('SIGTERM');
    await site.up();
    await join();
    const lasting = await relation();
    expect(lasting).toMatchObject({ profile, state: 'alarm' });
    await site.until(async () => {
      await send(25, honest);
      return (await relation()).state === 'judging' || undefined;
    }, 'calm');
    const { alarms, rows } = await relation();
    expect(rows).toBeGreaterThan(20);
    expect(alarms[0]).toMatchObject({ began: lasting.alarms[0]?.began, ended: expect.any(Number) });
    await site.json('measurement', 'relation', 'remove', 'pipe', ...because);
    expect(await relation()).toBeNull();
  }, 120_000);
});
