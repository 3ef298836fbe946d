// What an active sensor sent and heard, as a table: whoever answers its silences is found, by names of columns as drivers write them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const active = (...args: string[]) => kiten(['measurement', 'active', ...args]);
const simulate = (name: string, ...rest: string[]) =>
  kiten(['measurement', 'simulate', '--attack', 'active-sensor', '--out', at(name), '--seed', '7', ...rest]);
const judged = async (...args: string[]) => JSON.parse((await active(...args, '--json')).stdout);

beforeEach(async () => {
  folder = await newFolder();
  await simulate('attacked.csv');
  await simulate('calm.csv', '--calm');
});

describe('kiten measurement active', () => {
  it('finds who answers silence, and writes scores that can be held against what was an attack', async () => {
    const { rows, silent, levelsFrom, alarms } = await judged(
      ...['--input', at('attacked.csv'), '--out', at('scores.csv')],
    );
    expect([rows, levelsFrom, alarms.length]).toEqual([3000, 'input', 1]);
    expect(silent).toBeGreaterThan(250);
    expect(alarms[0].first).toBeGreaterThan(2000);
    expect(await judged('--input', at('calm.csv'))).toMatchObject({ alarms: [] });
    const told = await kiten([
      ...['measurement', 'score', '--scores', at('scores.csv'), '--labels', at('attacked.csv'), '--json'],
    ]);
    expect(JSON.parse(told.stdout)).toMatchObject({ rows: 3000 });
  });

  it('shows an attacker who was there all along by a recording without one', async () => {
    const lines = (await readFile(at('attacked.csv'), 'utf8')).trim().split('\n');
    await writeFile(at('always.csv'), [lines[0], ...lines.slice(2001)].join('\n'));
    expect((await judged('--input', at('always.csv'))).levels.ambient).toBeCloseTo(1, 1);
    const { alarms, levels } = await judged('--input', at('always.csv'), '--normal', at('calm.csv'));
    expect(alarms[0].first).toBeLessThan(40);
    expect(levels.noise).toBeCloseTo(0.05, 2);
    const said = await judged('--input', at('always.csv'), '--ambient', '0', '--noise', '0.05');
    expect(said).toMatchObject({ levelsFrom: 'options', levels: { ambient: 0, noise: 0.05 } });
    expect(said.alarms).toHaveLength(alarms.length);
  });

  it.each([
    ['TX', 'RX [mV]'],
    ['transmitting', 'Echo'],
  ])('takes %s and %s', async (sent, heard) => {
    const text = await readFile(at('attacked.csv'), 'utf8');
    await writeFile(at('named.csv'), text.replace('sent,heard', `${sent},${heard}`));
    const { channels, alarms } = await judged('--input', at('named.csv'));
    expect(channels).toEqual([sent, heard]);
    expect(alarms).toHaveLength(1);
  });

  it('takes any names that are said, and says in words what it found', async () => {
    const text = await readFile(at('attacked.csv'), 'utf8');
    await writeFile(at('named.csv'), text.replace('sent,heard', 'a,b'));
    expect(refusal(await active('--input', at('named.csv'), '--json'))).toBe('kiten/channel-missing');
    const { stdout } = await active('--input', at('named.csv'), '--sent', 'a', '--heard', 'b');
    expect(stdout).toMatch(/3000 samples, silent in \d+, 1 alarm\n/);
    expect(stdout).toContain('answered while it was silent');
    expect(stdout).toContain('--normal');
  });

  it.each([
    [['--noise', '0.05'], 'kiten/levels-half'],
    [['--echo-samples', '40'], 'measurement/too-few-silences'],
    [['--sent', 'c'], 'kiten/channel-missing'],
  ])('refuses %j', async (args, code) => {
    expect(refusal(await active('--input', at('calm.csv'), ...args, '--json'))).toBe(code);
  });
});
