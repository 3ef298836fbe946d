// A log of NMEA 0183, as it is or compressed, of what moves and of what stands: whoever jams or lies is found, and a line that cannot be read is told of.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const receiver = (...args: string[]) => kiten(['measurement', 'receiver', ...args]);
const judged = async (...args: string[]) => JSON.parse((await receiver(...args, '--json')).stdout);
const simulate = (name: string, ...rest: string[]) =>
  kiten(['measurement', 'simulate', '--attack', 'gps-takeover', '--out', at(name), '--seed', '7', ...rest]);

beforeEach(async () => {
  folder = await newFolder();
  await simulate('attacked.nmea');
  await simulate('calm.nmea', '--calm');
});

describe('kiten measurement receiver', () => {
  it('finds a takeover, and nothing without one', async () => {
    const { moments, sentences, alarms } = await judged(
      '--input',
      at('attacked.nmea'),
      '--out',
      at('scores.csv'),
    );
    expect([moments, sentences.GNGGA, sentences.GPGSV]).toEqual([600, 600, 1800]);
    expect(alarms[0]).toMatchObject({ kind: 'spoofing', checks: expect.arrayContaining(['jump']) });
    expect(alarms[0].from).toBeGreaterThanOrEqual(80);
    expect(alarms[0].from).toBeLessThan(81);
    expect(new Date(1000 * alarms[0].utc).toISOString()).toMatch(/^2023-11-14T22:16:20/);
    const scores = (await readFile(at('scores.csv'), 'utf8')).trim().split('\n');
    expect(scores).toHaveLength(601);
    expect(scores.filter((line) => line.endsWith(',spoofing')).length).toBeGreaterThan(100);
    expect(await judged('--input', at('calm.nmea'))).toMatchObject({ alarms: [], unread: {} });
    const { stdout } = await receiver('--input', at('attacked.nmea'), '--out', '-');
    expect(stdout.trim().split('\n')).toEqual(scores);
  });

  it('takes a compressed log of what stands, learns from one, and says it in words', async () => {
    await writeFile(at('attacked.gz'), gzipSync(await readFile(at('attacked.nmea'))));
    const { stdout } = await receiver('--input', at('attacked.gz'), '--fixed', '--normal', at('calm.nmea'));
    expect(stdout).toMatch(/600 moments in 120 s, 14 checks, 1 alarm\n/);
    expect(stdout).toMatch(/80\.\d–120\.\d +2023-11-14 22:16:20 .* spoofing .*moved/);
  });

  it('tells of sentences that cannot be read, and refuses a file without any', async () => {
    const text = await readFile(at('calm.nmea'), 'latin1');
    await writeFile(at('broken.nmea'), text.replace('GNGGA,2215', 'GNGGA,2216'));
    const { stdout, stderr } = await receiver('--input', at('broken.nmea'));
    expect(stderr).toContain('1 sentence cannot be read, the first in line 2 (checksum)');
    expect(stdout).toContain('0 alarms');
    await writeFile(at('table.csv'), 'time,x\n0,1\n');
    expect(refusal(await receiver('--input', at('table.csv'), '--json'))).toBe('measurement/no-receiver-log');
    expect(refusal(await receiver('--input', at('none'), '--json'))).toBe('kiten/file-unreadable');
    const never = text.split('\n').filter((line) => line.includes('GPGSV') || line.includes('GPGSA'));
    await writeFile(at('never.nmea'), `${never.join('\n')}\n$GPRMC,,V,,,,,,,,,,N*53\n`);
    expect(refusal(await receiver('--input', at('never.nmea'), '--json'))).toBe(
      'measurement/log-unjudgeable',
    );
  });
});
