// Readings of a gyroscope and an accelerometer as a table: whether sound moves them is judged from what they say together.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chance, type MemsSound, simulatedMems } from '@kiten/measurement';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const inertial = (...args: string[]) => kiten(['measurement', 'inertial', ...args, '--json']);

/** Degrees a second and multiples of gravity, as many devices write them. */
async function table(sound?: MemsSound): Promise<string> {
  const plan = { seconds: 8, rate: 100, ...(sound === undefined ? {} : { sound }) };
  const { times, gyroscope, accelerometer } = simulatedMems(plan, chance(1));
  const axes = ['X', 'Y', 'Z'];
  const header = [
    'Time (s)',
    ...axes.map((axis) => `Gyroscope ${axis} (deg/s)`),
    ...axes.map((axis) => `Accelerometer ${axis} (g)`),
  ];
  const lines = [...times.keys()].map((row) =>
    [
      times[row],
      ...gyroscope.map((axis) => (((axis[row] as number) * 180) / Math.PI).toFixed(4)),
      ...accelerometer.map((axis) => ((axis[row] as number) / 9.80665).toFixed(5)),
    ].join(','),
  );
  const file = join(folder, 'imu.csv');
  await writeFile(file, [header.join(','), ...lines].join('\n'));
  return file;
}

beforeEach(async () => {
  folder = await newFolder();
});

describe('kiten measurement inertial', () => {
  it('says nothing of what only moves, and which sensor a sound shakes', async () => {
    const calm = JSON.parse((await inertial('--input', await table())).stdout);
    expect(calm).toMatchObject({ rows: 800, alarms: [] });
    expect(calm.channels).toHaveLength(6);
    const shaken = await table({ frequency: 27_010.3, amplitude: 0.4, target: 'gyroscope', from: 4 });
    const { alarms } = JSON.parse((await inertial('--input', shaken)).stdout);
    expect(alarms[0]).toMatchObject({ check: 'line', sensor: 'gyroscope' });
    expect(alarms[0].from).toBeGreaterThan(1.9);
  });

  it('names a tone that may be an engine as well as a sound, and is no alarm', async () => {
    const sound = { frequency: 5325, amplitude: 5, target: 'accelerometer', from: 4 } as const;
    const file = await table(sound);
    const { alarms, tones } = JSON.parse((await inertial('--input', file)).stdout);
    expect(alarms).toEqual([]);
    expect(tones).toMatchObject([{ frequency: expect.closeTo(25, 0) }]);
    const { stdout } = await kiten(['measurement', 'inertial', '--input', file]);
    expect(stdout).toMatch(/unclear: .* in 1 stretch; the strongest of \d\.\d\d m\/s² at 2[45]\.\d Hz/);
  });

  it('needs three axes of each', async () => {
    await writeFile(join(folder, 'flat.csv'), 'time,gyro_x,gyro_y\n0,1,2\n1,2,3\n');
    expect(refusal(await inertial('--input', join(folder, 'flat.csv')))).toBe('kiten/channel-missing');
  });
});
