// Features that a tracker followed, and a gyroscope: in one table or two, in focal lengths or pixels, along the same axes or others.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const camera = (...args: string[]) => kiten(['measurement', 'camera', ...args]);
const judged = async (...args: string[]) => JSON.parse((await camera(...args, '--json')).stdout);
/** Of the simulated table: time, four places, three rates, label. */
let rows: string[][];

beforeEach(async () => {
  folder = await newFolder();
  const simulate = (...args: string[]) =>
    kiten(['measurement', 'simulate', '--attack', 'camera', '--seed', '7', ...args]);
  await simulate('--out', at('attacked.csv'));
  await simulate('--out', at('calm.csv'), '--calm');
  const text = await readFile(at('attacked.csv'), 'utf8');
  rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
});

const write = (name: string, header: string, lines: readonly (readonly (string | number)[])[]) =>
  writeFile(at(name), [header, ...lines.map((line) => line.join(','))].join('\n'));

describe('kiten measurement camera', () => {
  it('finds where camera and gyroscope contradict each other, and nothing where they do not', async () => {
    const { pictures, alarms } = await judged('--input', at('attacked.csv'), '--out', at('scores.csv'));
    expect(pictures).toBe(60);
    expect(alarms).toMatchObject([{ first: 41, last: 60, from: expect.closeTo(2, 6) }]);
    const scores = (await readFile(at('scores.csv'), 'utf8')).trim().split('\n');
    expect(scores).toHaveLength(61);
    expect(scores[0]).toMatch(/^row,time,score,alarm,features,camera_right,/);
    expect(scores.slice(1).map((line) => line.split(',')[3])).toEqual([
      ...Array(40).fill('0'),
      ...Array(20).fill('1'),
    ]);
    expect(await judged('--input', at('calm.csv'))).toMatchObject({ judged: 60, alarms: [] });
    expect((await camera('--input', at('attacked.csv'))).stdout).toContain('60 pictures, 60 judged, 1 alarm');
  });

  it('takes pixels, degrees, and a gyroscope of its own that is turned otherwise', async () => {
    const pixels = (value: string, middle: number) => 500 * Number(value) + middle;
    const places = rows.map(([time, ...values]) => [
      time as string,
      ...values.slice(0, 4).map((value, place) => pixels(value, place % 2 === 0 ? 320 : 240)),
    ]);
    await write('tracks.csv', 'time,x0,y0,x1,y1', places);
    const moments = [...new Set(rows.map(([time]) => time as string))];
    // Its y points up and its z back: two rows within each picture.
    const felt = moments.flatMap((time) => {
      const row = rows.find(([each]) => each === time) as string[];
      const [x, y, z] = row.slice(5, 8).map((each) => (Number(each) * 180) / Math.PI) as [
        number,
        number,
        number,
      ];
      return [0.001, 0.025].map((after) => [Number(time) + after, x, -y, -z]);
    });
    await write('imu.csv', 'time,gyro_x (deg/s),gyro_y (deg/s),gyro_z (deg/s)', felt);
    const lens = ['--focal', '500', '--centre', '320,240'];
    const args = ['--input', at('tracks.csv'), '--gyroscope', at('imu.csv'), ...lens];
    expect((await judged(...args, '--axes', 'x,-y,-z')).alarms).toMatchObject([{ first: 41, last: 60 }]);
    // Taken for the camera's own axes, it contradicts most pictures.
    expect((await judged(...args)).alarms[0].first).toBeLessThan(10);
    const bare = args.slice(0, 4);
    expect(refusal(await camera(...bare, '--json'))).toBe('kiten/no-tracks');
  });

  it('needs to know how far apart two pictures are', async () => {
    await write(
      'one.csv',
      'time,from_x,from_y,to_x,to_y,gyro_x,gyro_y,gyro_z',
      rows.slice(0, 60).map((row) => row.slice(0, 8)),
    );
    expect(refusal(await camera('--input', at('one.csv'), '--json'))).toBe('kiten/no-tracks');
    expect(await judged('--input', at('one.csv'), '--seconds', '0.05')).toMatchObject({
      pictures: 1,
      alarms: [],
    });
  });

  it('takes numbers of pictures, whose distance is said', async () => {
    const moments = [...new Set(rows.map(([time]) => time as string))];
    const numbered = rows.map(([time, ...rest]) => [moments.indexOf(time as string), ...rest.slice(0, 7)]);
    await write('frames.csv', 'frame,from_x,from_y,to_x,to_y,gyro_x,gyro_y,gyro_z', numbered);
    const { pictures, alarms } = await judged('--input', at('frames.csv'), '--seconds', '0.05');
    expect([pictures, alarms.length, alarms[0].first]).toEqual([60, 1, 41]);
    expect(refusal(await camera('--input', at('frames.csv'), '--json'))).toBe('kiten/no-tracks');
  });

  it('says which columns and options it takes', async () => {
    await write('other.csv', 'time,a,b', [
      [0, 1, 2],
      [1, 2, 3],
    ]);
    expect(refusal(await camera('--input', at('other.csv'), '--json'))).toBe('kiten/channel-missing');
    await write(
      'blind.csv',
      'time,x0,y0,x1,y1',
      rows.map((row) => row.slice(0, 5)),
    );
    expect(refusal(await camera('--input', at('blind.csv'), '--json'))).toBe('kiten/channel-missing');
    expect((await camera('--input', at('calm.csv'), '--axes', 'x,x,z')).stderr).toContain('in some order');
    expect((await camera('--input', at('calm.csv'), '--centre', '3')).stderr).toContain('two numbers');
  });
});
