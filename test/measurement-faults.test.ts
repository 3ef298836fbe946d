// Faults that are put into readings, and found again.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { refusal } from './outcomes.ts';

let folder: string;
let made: string;
const at = (name: string) => join(folder, name);
const measurement = (...args: string[]) => kiten(['measurement', ...args]);
const rows = 5000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
  const simulated = ['simulate', '--rows', String(rows), '--out', at('station.csv'), '--seed', '5'];
  made = (await measurement(...simulated)).stdout;
  const learned = ['--out', at('station.json'), '--alarms-per-day', '0.1'];
  await measurement('learn', '--input', at('station.csv'), ...learned);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('kiten measurement simulate', () => {
  it('puts a fault into readings that is found again, and says where it did', async () => {
    expect(made).toContain('5000 rows of 15 channels');
    const fault = [
      '--fault',
      'bias',
      '--channel',
      'outflow',
      '--from',
      '3001',
      '--rows',
      '200',
      '--size',
      '2',
    ];
    const input = ['--input', at('station.csv')];
    const { stdout } = await measurement(
      ...['simulate', ...input, ...fault, '--out', at('faulty.csv'), '--json'],
    );
    expect(JSON.parse(stdout)).toMatchObject({
      rows,
      injection: { kind: 'bias', channel: 'outflow', from: 3001, rows: 200, size: 2 },
    });
    const found = await measurement(
      ...[
        'detect',
        '--profile',
        at('station.json'),
        '--input',
        at('faulty.csv'),
        '--out',
        at('found.csv'),
        '--json',
      ],
    );
    const [alarm] = JSON.parse(found.stdout).alarms as { first: number; channels: string[] }[];
    expect(alarm?.first).toBeGreaterThanOrEqual(3001);
    expect(alarm?.first).toBeLessThan(3201);
    expect(alarm?.channels).toContain('outflow');
    expect(alarm).toMatchObject({ kind: 'bias', since: 3000 * 60, detector: expect.any(String) });
    const lines = (await readFile(at('found.csv'), 'utf8')).trim().split('\n');
    // The same number in what is printed as JSON, in the table and in words.
    const begins = alarm?.first ?? 0;
    expect(lines[begins]?.startsWith(`${begins},`)).toBe(true);
    expect([lines[begins - 1], lines[begins]].map((line) => line?.split(',')[3])).toEqual(['0', '1']);
    const [first, later] = [lines[3001], lines[3101]].map((line) => line?.split(',') ?? []);
    // The first row has no shape yet; a hundred rows later it is surely one.
    expect(first?.slice(3, 6)).toEqual(['1', 'outflow', 'unknown']);
    expect(later?.slice(4, 6)).toEqual(['outflow', 'bias']);
    expect(Number(later?.[6])).toBeGreaterThan(0.7);
    expect(later?.[7]).toBe(String(3000 * 60));
  });

  it('refuses to alter what is not there', async () => {
    await writeFile(at('live.csv'), 'a,b\n1,2\n2,3\n3,4\n');
    const simulate = ['simulate', '--input', at('live.csv'), '--out', at('x.csv'), '--json'];
    const late = await measurement(...simulate, '--fault', 'bias', '--from', '2', '--rows', '200');
    expect(refusal(late)).toBe('measurement/injection-impossible');
  });
});

describe('kiten measurement explain', () => {
  it('says what an alarm was, since when and by which sensor, in words and in a picture', async () => {
    const station = ['--input', at('station.csv')];
    const fault = [
      '--fault',
      'bias',
      '--channel',
      'outflow',
      '--from',
      '4001',
      '--rows',
      '200',
      '--size',
      '2',
    ];
    await measurement('simulate', ...station, ...fault, '--out', at('faulty.csv'), '--seed', '1');
    const asked = ['explain', '--profile', at('station.json'), '--input', at('faulty.csv'), '--from', '4001'];
    const { alarm } = JSON.parse((await measurement(...asked, '--json')).stdout);
    expect(alarm).toMatchObject({ kind: 'bias', row: 4001, raisedRow: 4001 });
    expect(alarm.channels[0]).toMatchObject({ channel: 'outflow' });
    const { bias, drift } = alarm.unseen;
    // Two deviations were seen; the outflow of the station swings by nearly ten.
    for (const each of [...bias, ...drift]) expect(each).toBeGreaterThan(0);
    for (const each of bias) expect(each).toBeLessThan(10);
    const { stdout } = await measurement(...asked, '--picture', at('alarm.svg'));
    expect(stdout).toContain('something was added, at once (bias)');
    expect(stdout).toMatch(/Without an alarm, at most \+[\d.]+\/−[\d.]+ could have been added to outflow/);
    const inJapanese = await kiten(['measurement', ...asked], { LC_ALL: 'ja_JP.UTF-8' });
    expect(inJapanese.stdout).toContain('検知されました');
    expect(inJapanese.stdout).toContain('警報にならない');
    expect(stdout).toContain('* said');
    const picture = await readFile(at('alarm.svg'), 'utf8');
    expect(picture).toMatch(/^<svg [^>]*>\n<title>outflow<\/title>/);
  });

  it('says that there is none', async () => {
    const asked = ['explain', '--profile', at('station.json'), '--input', at('station.csv'), '--json'];
    expect(JSON.parse((await measurement(...asked)).stdout)).toEqual({ alarm: null });
  });
});
