import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { FlowMeters } from './flow-meters.ts';
import { TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';

interface Relation {
  readonly state: string;
  readonly rows: number;
  readonly learnedRows?: number;
  readonly profile?: string;
  readonly problem?: string;
  readonly missing: readonly { sensor: string; why: string; unit?: object }[];
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

describe('streams of several devices that are compared', () => {
  let site: TestSite;
  let meters: FlowMeters;
  const because = ['--reason', 'one pipe'];
  beforeAll(async () => {
    site = await TestSite.start();
    meters = await FlowMeters.open(site);
  });
  afterAll(async () => {
    await meters[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const relation = async (): Promise<Relation> =>
    site.json<Relation>('measurement', 'relation', 'show', 'pipe');

  const lessonFiles = () => readdir(join(site.data, 'measurement', 'lessons'));

  it('are learned no more once somebody says so, and of what was gathered nothing is left', async () => {
    await meters.learn('--accept');
    await meters.send(200);
    await site.until(async () => (await lessonFiles()).length === 1 || undefined, 'rows in a file');
    const stopped = await site.kiten('measurement', 'relation', 'stop', 'pipe', '--reason', 'a flushed pipe');
    expect(stopped.stdout).toBe('pipe is not being learned any more.\n');
    await site.until(async () => (await lessonFiles()).length === 0 || undefined, 'an empty directory');
    await meters.send(1);
    const { state, learnedRows } = await relation();
    expect([state, learnedRows]).toEqual(['declared', undefined]);
    const again = await site.kiten('measurement', 'relation', 'stop', 'pipe', ...because);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('“pipe” is not being learned.') });
  }, 120_000);

  it('are learned on where they were when the site was killed', async () => {
    await meters.learn('--accept');
    await meters.send(200);
    const lessons = join(site.data, 'measurement', 'lessons');
    // A row is its time and three values; 64 of them are written at once.
    await site.until(async () => {
      const [file] = await readdir(lessons);
      return (file !== undefined && (await stat(join(lessons, file))).size >= 128 * 32) || undefined;
    }, 'the rows in the file');
    await site.signal('SIGKILL');
    await site.up();
    await meters.join();
    const { state, learnedRows = 0 } = await relation();
    expect(state).toBe('learning');
    expect(learnedRows).toBeGreaterThanOrEqual(128);
    expect(learnedRows).toBeLessThanOrEqual(200);
    await meters.send(420 - learnedRows);
  }, 120_000);

  it('are declared, learned and accepted, on record', async () => {
    const { profile, related } = await site.until(async () => {
      const one = await relation();
      if (one.problem !== undefined) throw new Error(one.problem);
      return one.state === 'judging' ? one : undefined;
    }, 'what was learned');
    expect(profile).toMatch(/^[0-9a-f]{64}$/);
    expect(related?.[0]?.explained).toBeGreaterThan(0.9);
    // What was learned from is not needed any more.
    await site.until(async () => {
      const files = await readdir(join(site.data, 'measurement', 'lessons'));
      return files.length === 0 || undefined;
    }, 'an empty directory');
    const types = (await wholeLog(site)).map(({ type }) => type);
    for (const type of ['declared', 'learning', 'learned', 'accepted'])
      expect(types).toContain(`relation/${type}`);
  }, 120_000);

  const verdict = async (device: string): Promise<Verdict> =>
    (await (await site.fetch(`/devices/${device}`)).json()) as Verdict;
  /** Which of the meters it is found of. */
  const foundOf = async (code: string): Promise<readonly string[]> => {
    const devices = ['meter-0', 'meter-1', 'meter-2'];
    const verdicts = await Promise.all(devices.map(verdict));
    return devices.filter((_, at) => verdicts[at]?.findings.some((each) => each.code === code));
  };

  const lies = (values: readonly number[]) => values.map((value, at) => (at === 1 ? value + 2 : value));
  /** What attestation says of the one that lies, as it is weighed in the newest alarm. */
  const attestation = async (): Promise<string | undefined> => {
    const [alarm] = (await relation()).alarms;
    return alarm?.sensors[0]?.reasons.find(({ what }) => what === 'attestation')?.name;
  };

  it('outvote the device that lies, in its verdict and in words', async () => {
    await meters.send(50);
    const contradicted = await site.until(async () => {
      await meters.send(25, lies);
      const { findings } = await verdict('meter-1');
      return findings.find(({ code }) => code === 'measurement/readings-contradicted');
    }, 'the finding');
    expect(contradicted).toMatchObject({ part: `stream:${FlowMeters.stream(1)}` });
    expect(String(contradicted.parameters.channels)).toBe('value');
    const [alarm] = (await relation()).alarms;
    expect(alarm).toMatchObject({ isTold: true });
    expect(alarm?.sensors[0]).toMatchObject({ sensor: `${FlowMeters.stream(1)}#value`, device: 'meter-1' });
    for (const other of ['meter-0', 'meter-2'])
      expect((await verdict(other)).findings.map(({ code }) => code)).not.toContain(
        'measurement/readings-contradicted',
      );
    const { stdout } = await site.kiten('measurement', 'relation', 'show', 'pipe');
    expect(stdout).toContain(`${FlowMeters.stream(1)}#value of device meter-1 is not to be believed`);
  }, 120_000);

  it('are judged by what attestation says of their devices, as soon as it says so, and without it when that is cleared', async () => {
    const began = (await relation()).alarms[0]?.began;
    expect(await attestation()).toBeUndefined();
    await meters.probe(1);
    await site.until(async () => (await attestation()) === 'warning', 'what speaks against the device');
    expect((await relation()).alarms[0]).toMatchObject({ began });
    await site.json('device', 'clear', 'meter-1', '--finding', 'gateway/topic-probing', ...because);
    await site.until(async () => (await attestation()) === undefined, 'that it is cleared');
  }, 120_000);

  it('are compared on after a restart, by the same profile, and no more when that is taken back', async () => {
    const { profile } = await relation();
    await site.signal('SIGTERM');
    await site.up();
    await meters.join();
    const lasting = await relation();
    expect(lasting).toMatchObject({ profile, state: 'alarm' });
    await site.until(async () => {
      await meters.send(25);
      return (await relation()).state === 'judging' || undefined;
    }, 'calm');
    const { alarms, rows } = await relation();
    expect(rows).toBeGreaterThan(20);
    expect(alarms[0]).toMatchObject({ began: lasting.alarms[0]?.began, ended: expect.any(Number) });
  }, 120_000);

  it('are compared on without the one that says another unit than was learned, which is named', async () => {
    const { stdout } = await site.until(async () => {
      await meters.send(10, undefined, ['l/s', 'l/s', 'm3/h']);
      const shown = await site.kiten('measurement', 'relation', 'show', 'pipe');
      return shown.stdout.includes('m3/h') ? shown : undefined;
    }, 'who is missing');
    expect(stdout).toMatch(/^pipe: judging/);
    expect(stdout).toMatch(
      /meter-2\/flow#value takes no part since 20.*Z: it is in m3\/h, and not in l\/s as it was learned\./,
    );
    await site.until(async () => {
      await meters.send(10, undefined, ['l/s', 'l/s', 'm3/h']);
      return String(await foundOf('measurement/readings-uncompared')) === 'meter-2' || undefined;
    }, 'that it is said of that one alone');
    await site.until(async () => {
      await meters.send(10);
      const { missing } = await relation();
      const agree = await foundOf('measurement/readings-agree');
      // What speaks against the second stands until somebody clears it.
      return (missing.length === 0 && agree.includes('meter-2')) || undefined;
    }, 'all three');
  }, 120_000);

  it('are not compared where they say another unit than was learned, and say why', async () => {
    const { profile, alarms: before } = await relation();
    await site.signal('SIGKILL');
    await site.up();
    await meters.join();
    const cubic = ['m3/h', 'm3/h', 'm3/h'];
    const { missing, alarms } = await site.until(async () => {
      await meters.send(25, (values) => values.map((value) => 3.6 * value), cubic);
      const now = await relation();
      return now.missing.length < 3 ? undefined : now;
    }, 'why not');
    expect(missing[0]).toMatchObject({ why: 'unit', unit: { says: 'm3/h', asked: 'l/s', by: 'learned' } });
    expect(await relation()).toMatchObject({ state: 'unjudged', profile });
    expect(alarms).toEqual(before);
    await site.until(
      async () => (await foundOf('measurement/readings-agree')).length === 0 || undefined,
      'that nothing good is left',
    );
    await site.json('measurement', 'relation', 'remove', 'pipe', ...because);
    const shown = await site.kiten('measurement', 'relation', 'show', 'pipe', '--json');
    expect(refusal(shown)).toBe('kiten/relation-unknown');
  }, 120_000);
});
