// Attacks on sensors that are simulated to files, and the commands that find them there; the same without the attack says nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const measurement = (...args: string[]) => kiten(['measurement', ...args, '--json']);
const simulate = (kind: string, name: string, ...rest: string[]) =>
  measurement('simulate', '--attack', kind, '--out', at(name), '--seed', '7', ...rest);

beforeEach(async () => {
  folder = await newFolder();
});

describe('a simulated attack', () => {
  it.each([
    ['gps-takeover', 'flight', '', 80],
    ['mems-gyroscope', 'inertial', '.csv', 18],
  ])('%s is found by `%s`, and nothing without it', async (kind, judge, ending, from) => {
    await simulate(kind, `attacked${ending}`);
    await simulate(kind, `calm${ending}`, '--calm');
    const { alarms } = JSON.parse((await measurement(judge, '--input', at(`attacked${ending}`))).stdout);
    expect(alarms[0].from).toBeGreaterThanOrEqual(from);
    expect(JSON.parse((await measurement(judge, '--input', at(`calm${ending}`))).stdout).alarms).toEqual([]);
  });

  it('on a LiDAR is found by `lidar`, which believes the cars that are there', async () => {
    const { ghost, cars } = JSON.parse((await simulate('lidar-ghost', 'points.csv')).stdout);
    const boxes = [ghost, cars[0]].flatMap(({ centre, size, heading }) => [
      '--object',
      [...centre, ...size, heading].join(','),
    ]);
    const { objects, missing } = JSON.parse(
      (await measurement('lidar', '--input', at('points.csv'), ...boxes)).stdout,
    );
    expect(objects[0].severity).toBeGreaterThan(1);
    expect(objects[1].severity).toBeLessThan(0.5);
    expect(missing).toEqual([]);
    const drawn = (await readFile(at('points.csv'), 'utf8'))
      .split('\n')
      .filter((line) => line.endsWith(',1'));
    expect(drawn).toHaveLength(60);
    const whole = await kiten(['measurement', 'lidar', '--input', at('points.csv')]);
    expect(whole.stdout).toContain('no sector is without returns');
    await simulate('lidar-removal', 'gap.csv');
    expect(JSON.parse((await measurement('lidar', '--input', at('gap.csv'))).stdout).missing).toHaveLength(1);
  });

  it('on a microphone is found by `voice`', async () => {
    await simulate('microphone', 'sent.csv');
    await simulate('microphone', 'spoken.csv', '--calm');
    const judged = async (name: string) =>
      JSON.parse((await measurement('voice', '--input', at(name))).stdout);
    expect(await judged('sent.csv')).toMatchObject({ isSent: true, rate: expect.closeTo(16_000, 0) });
    expect(await judged('spoken.csv')).toMatchObject({ isSent: false });
    const slow = await measurement('voice', '--input', at('sent.csv'), '--time-unit', 'min');
    expect(refusal(slow)).toBe('kiten/no-sound');
  });

  it.each(['camera', 'active-sensor'])('on a %s has labels, from two thirds on', async (kind) => {
    await simulate(kind, 'table.csv');
    const [header, ...lines] = (await readFile(at('table.csv'), 'utf8')).trim().split('\n');
    expect(header?.endsWith(',attack')).toBe(true);
    const labels = lines.map((line) => line.slice(-1));
    expect(labels.indexOf('1') / labels.length).toBeCloseTo(2 / 3, 2);
  });

  it('is not one on readings of one’s own, and a box has seven numbers', async () => {
    const both = await measurement(
      'simulate',
      '--attack',
      'camera',
      '--input',
      at('a.csv'),
      '--out',
      at('b.csv'),
    );
    expect(both.stderr).toContain('--attack');
    const lidar = await measurement('lidar', '--input', at('a.bin'), '--object', '1,2,3');
    expect(lidar.stderr).toContain('seven numbers');
    expect(refusal(await measurement('lidar', '--input', at('a.bin')))).toBe('kiten/file-unreadable');
  });
});
