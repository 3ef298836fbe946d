import { extname } from 'node:path';
import {
  type Box,
  judgeObject,
  type LidarPoints,
  missingSectors,
  pointsFromKitti,
  pointsOf,
} from '@kiten/measurement';
import { type Command, InvalidArgumentError } from 'commander';
import { readBytes } from '../files.ts';
import { inputName } from '../input-file.ts';
import { columnsFor, readFrame, readingsOf } from '../measurement-files.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { parseAmount } from './measurement-learn.ts';

interface LidarOptions {
  readonly input: string;
  readonly object?: readonly Box[];
  readonly height: number;
  readonly json?: boolean;
}

export function lidarCommand(measurement: Command): void {
  measurement
    .command('lidar')
    .description(
      'judge by physics whether things that a LiDAR is said to see are there, and whether something was taken out',
    )
    .requiredOption('--input <file>', 'points: a table (CSV) with x, y and z in metres, or KITTI’s .bin')
    .option(
      '--object <box>',
      'x,y,z of its middle, length, width, height, heading in radians; may be given again',
      parseBox,
    )
    .option('--height <metres>', 'of the sensor above the ground', parseAmount, 1.73)
    .option('--json', 'print JSON')
    .action(judgeLidarFile);
}

async function judgeLidarFile({ input, object = [], height, json }: LidarOptions): Promise<void> {
  const points = await readPoints(input);
  const objects = object.map((box) => ({ box, ...judgeObject(points, box, height) }));
  const missing = missingSectors(points);
  if (json) return printJson({ points: points.count, objects, missing });
  print(`${inputName(input)}: ${counted(points.count, 'point', 'points')}`);
  if (objects.length === 0) print('  no --object is named: only what was taken out is looked for');
  if (objects.length > 0)
    printTable(
      ['object', 'score', '', 'through it', 'crossed', 'lit behind'],
      objects.map(({ box, severity, check, opacity, shadow }) => [
        box.centre.map((each) => each.toFixed(1)).join(' '),
        severity.toFixed(2),
        severity >= 1 ? `not there: ${check}` : check === 'hidden' ? 'hidden' : 'there',
        share(opacity.penetration),
        share(opacity.freeSpace),
        share(shadow),
      ]),
    );
  if (missing.length === 0) print('  no sector is without returns: nothing was seen to be taken out');
  for (const { from, to } of missing) print(`  nothing comes back from ${degrees(from)} to ${degrees(to)}`);
}

async function readPoints(file: string): Promise<LidarPoints> {
  if (extname(file) === '.bin') return pointsFromKitti(await readBytes(file));
  const frame = await readFrame(file);
  const { rows, values } = readingsOf(frame, columnsFor(['x', 'y', 'z'], frame));
  return pointsOf(
    Array.from(
      { length: rows },
      (_, row) => [values[3 * row], values[3 * row + 1], values[3 * row + 2]] as [number, number, number],
    ),
  );
}

/** @throws InvalidArgumentError */
function parseBox(text: string, before: readonly Box[] = []): readonly Box[] {
  const numbers = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)));
  const [x, y, z, length, width, height, heading] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (numbers.length !== 7 || !numbers.every(Number.isFinite) || Math.min(length, width, height) <= 0)
    throw new InvalidArgumentError('These are seven numbers, such as 8,0,-1,4.2,1.8,1.5,0.');
  return [...before, { centre: [x, y, z], size: [length, width, height], heading }];
}

const share = (value: number): string => (Number.isNaN(value) ? '–' : `${Math.round(100 * value)} %`);
const degrees = (radians: number): string => `${((radians * 180) / Math.PI).toFixed(1)}°`;
