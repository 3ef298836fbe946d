// A flight's log as tables: what its receiver was told is judged from whichever there are.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chance, type FlightAttackPlan, simulatedFlight } from '@kiten/measurement';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const flight = (...args: string[]) => kiten(['measurement', 'flight', ...args]);

/** As `ulog2csv` writes a log. */
async function log(name: string, seed: number, attack?: FlightAttackPlan): Promise<void> {
  await mkdir(at(name));
  const plan = { seconds: 90, ...(attack === undefined ? {} : { attack }) };
  for (const { topic, times, columns } of simulatedFlight(plan, chance(seed)).values()) {
    const lines = [['timestamp', ...columns.keys()].join(',')];
    for (const [row, time] of times.entries())
      lines.push([Math.round(time * 1e6), ...[...columns.values()].map((column) => column[row])].join(','));
    await writeFile(at(name, `log_${seed}_${topic}_0.csv`), `${lines.join('\n')}\n`);
  }
}

beforeEach(async () => {
  folder = await newFolder();
});

describe('kiten measurement flight', () => {
  it('says nothing of a flight without an attack, and when one began', async () => {
    await log('calm', 1);
    await log('earlier', 2);
    await log('attacked', 3, { kind: 'takeover', from: 60 });
    expect(JSON.parse((await flight('--input', at('calm'), '--json')).stdout).alarms).toEqual([]);
    const { stdout } = await flight('--input', at('attacked'), '--normal', at('earlier'), '--json');
    const { tables, alarms } = JSON.parse(stdout);
    expect(tables).toContain('estimator_innovations');
    expect(alarms[0]).toMatchObject({ kind: 'spoofing', checks: expect.arrayContaining(['jump']) });
    expect(alarms[0].from).toBeGreaterThanOrEqual(60);
    expect(alarms[0].from).toBeLessThan(65);
  });

  it('writes a score for each moment, which `score` understands', async () => {
    await log('attacked', 3, { kind: 'takeover', from: 60 });
    await flight('--input', at('attacked'), '--out', at('scores.csv'));
    const [header, ...rows] = (await readFile(at('scores.csv'), 'utf8')).trim().split('\n');
    expect(header).toBe('row,time,score,alarm,channels,kind');
    const alarms = rows.map((row) => row.split(',')).filter((fields) => fields[3] === '1');
    expect(Number(alarms[0]?.[1])).toBeGreaterThanOrEqual(160);
    expect(alarms[0]?.[4]).toContain('vehicle_gps_position.lat');
    expect(alarms[0]?.[5]).toBe('spoofing');
  });

  it.each([
    ['log.ulg', 'ulog2csv'],
    ['log.nmea', 'kiten measurement receiver'],
    ['log.csv', 'vehicle_gps_position_0.csv'],
  ])('says what to do with %s', async (name, hint) => {
    await writeFile(at(name), 'x');
    expect((await flight('--input', at(name))).stderr).toContain(hint);
  });

  it('says how near to an alarm it came', async () => {
    await log('calm', 1);
    const { highest } = JSON.parse((await flight('--input', at('calm'), '--json')).stdout);
    expect(highest).toBeGreaterThan(0);
    expect(highest).toBeLessThan(1);
    expect((await flight('--input', at('calm'))).stdout).toContain(`${highest.toFixed(2)} of an alarm`);
  });

  it('refuses what is no flight, and two flights in one place', async () => {
    await mkdir(at('none'));
    expect(refusal(await flight('--input', at('none'), '--json'))).toBe('kiten/no-flight');
    expect(refusal(await flight('--input', at('nowhere'), '--json'))).toBe('kiten/file-unreadable');
    await mkdir(at('two'));
    for (const name of ['a', 'b'])
      await writeFile(
        at('two', `${name}_sensor_baro_0.csv`),
        'timestamp,pressure\n1000000,1005\n2000001,1006\n',
      );
    expect(refusal(await flight('--input', at('two'), '--json'))).toBe('kiten/no-flight');
  });
});
