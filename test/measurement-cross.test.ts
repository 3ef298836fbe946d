// Streams of several devices against each other, from and to files.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chance, inject, pumpingStation, type StreamTable } from '../packages/measurement/src/index.ts';
import { threeDevices } from '../packages/measurement/test/station.ts';
import { kiten } from './kiten.ts';
import { refusal } from './outcomes.ts';

const check = 'equal net-1/net#outflow net-1/net#network_flow';
let folder: string;
const at = (name: string) => join(folder, name);
const cross = (...args: string[]) => kiten(['measurement', 'cross', ...args]);

async function written(name: string, tables: readonly StreamTable[]): Promise<string[]> {
  return Promise.all(
    tables.map(async ({ stream, frame: { channels, rows, times, values } }) => {
      const file = at(`${name}-${stream.replace('/', '-')}.csv`);
      const lines = Array.from({ length: rows }, (_, row) =>
        [times[row], ...values.subarray(row * channels.length, (row + 1) * channels.length)].join(','),
      );
      await writeFile(file, `time,${channels.join(',')}\n${lines.join('\n')}\n`);
      return `${stream}=${file}`;
    }),
  );
}

let normal: string[];
let attacked: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-cross-'));
  const station = pumpingStation(5000, chance(11));
  const lied = inject(
    station,
    { kind: 'bias', channel: 'outflow', from: 4500, rows: 200, size: 1 },
    chance(2),
  );
  normal = await written('normal', threeDevices(station, 0, 4000));
  attacked = await written('attacked', threeDevices(lied, 4000, 5000));
});

afterAll(() => rm(folder, { recursive: true }));

describe('kiten measurement cross', () => {
  it('learns how streams go together, proposes checks, and says who lies, since when, how and why', async () => {
    const learned = await cross(
      ...['learn', '--input', ...normal, '--out', at('cross.json'), '--check', check],
    );
    expect(learned.stdout).toContain('how 12 sensors go together');
    expect(learned.stdout).toMatch(/--check '\w+ tank-1\/tank#inflow net-1\/net#outflow'/);
    const judging = [
      'check',
      '--profile',
      at('cross.json'),
      '--input',
      ...attacked,
      '--out',
      at('scores.csv'),
    ];
    const { stdout } = await cross(...judging);
    expect(stdout).toContain('net-1/net#outflow of device net-1 is not to be believed');
    expect(stdout).toContain('something was added, at once (bias)');
    expect(stdout).toContain(`“${check}” does not hold`);
    expect(stdout).toContain('It would be disproved by a measurement at the place');
    const lines = (await readFile(at('scores.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('row,time,score,alarm,channels,kind,confidence,since,told,check');
    const rows = lines.slice(1).map((line) => line.split(','));
    const quiet = rows.filter(([, time]) => Number(time) < 4500 * 60);
    expect(quiet.filter(([, , , alarm]) => alarm === '1')).toEqual([]);
    const later = rows.find(([, time]) => Number(time) === 4600 * 60);
    expect(later?.slice(3, 6)).toEqual(['1', 'net-1/net#outflow', 'bias']);
    expect(Math.abs(Number(later?.[7]) - 4500 * 60)).toBeLessThanOrEqual(300);
    const { alarms } = JSON.parse((await cross(...judging, '--json')).stdout);
    expect(alarms[0]).toMatchObject({ isTold: true, tier: 'warning' });
    expect(alarms[0].devices[0]).toMatchObject({ device: 'net-1', sensors: expect.any(Array) });
  }, 120_000);

  it('refuses what is no check, no stream and no sensor of these', async () => {
    const learn = ['learn', '--input', ...normal, '--out', at('x.json'), '--json'];
    expect(refusal(await cross(...learn, '--check', 'equal one two'))).toBe('measurement/cross-check');
    const elsewhere = await cross(...learn, '--check', 'equal net-1/net#outflow net-1/net#nothing');
    expect(refusal(elsewhere)).toBe('measurement/cross-sensor-unknown');
    expect(refusal(await cross('learn', '--input', at('x.csv'), '--out', at('x.json'), '--json'))).toBe(
      'kiten/stream-input',
    );
  }, 120_000);
});
