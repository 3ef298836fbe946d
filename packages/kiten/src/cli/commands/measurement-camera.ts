import { type JudgedPicture, judgePictures } from '@kiten/measurement';
import { type Command, InvalidArgumentError } from 'commander';
import { csvPieces } from '../csv-pieces.ts';
import { inputName } from '../input-file.ts';
import { readFrame } from '../measurement-files.ts';
import { writeOut } from '../out-file.ts';
import { counted, print, printJson, printTable } from '../output.ts';
import { type CameraAxis, type PictureRules, picturePairs } from '../picture-pairs.ts';
import { rowNumber } from '../row-number.ts';
import { type TableOptions, withTable } from '../table-options.ts';
import { parseAmount } from './measurement-learn.ts';

interface CameraOptions extends TableOptions, Omit<PictureRules, 'axes'> {
  readonly axes?: PictureRules['axes'];
  readonly input: string;
  readonly gyroscope?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const cameraAxes: PictureRules['axes'] = [
  { axis: 0, sign: 1 },
  { axis: 1, sign: 1 },
  { axis: 2, sign: 1 },
];

export function cameraCommand(measurement: Command): void {
  withTable(
    measurement
      .command('camera')
      .description(
        'judge by physics whether a camera and a gyroscope turned together, or one of them is lied to',
      )
      .requiredOption(
        '--input <file>',
        'a table (CSV) with a row for each feature that was followed: time of the picture, from_x, from_y, and to_x, to_y in the next',
      )
      .option(
        '--gyroscope <file>',
        'a table of the gyroscope, on the same clock; without it, --input has gyro… along three axes',
      )
      .option(
        '--axes <axes>',
        'which axes of the gyroscope are the camera’s right, down and forward, such as x,-y,-z; x,y,z unless given',
        parseAxes,
      )
      .option('--focal <pixels>', 'the focal length, where places are in pixels', parseAmount)
      .option('--centre <x,y>', 'and where the optical axis is, in pixels', parseCentre)
      .option(
        '--seconds <n>',
        'between two pictures; what the column of time says, unless given',
        parseAmount,
      )
      .option(
        '--out <file>',
        'where scores go, a row for each picture: CSV with row, time, score, alarm, features, camera, gyroscope, spread in rad/s; -: to standard output',
      )
      .option('--json', 'print JSON')
      .action(judgeCameraFile),
  );
}

async function judgeCameraFile(options: CameraOptions): Promise<void> {
  const { input, axes = cameraAxes, gyroscope, out, json } = options;
  const tracks = await readFrame(input, options);
  const inertial = gyroscope === undefined ? undefined : await readFrame(gyroscope);
  const pairs = picturePairs(input, tracks, { ...options, axes }, inertial);
  const { pictures, alarms } = judgePictures(pairs);
  const features = pairs.map((pair) => pair.tracks.length);
  if (out !== undefined) await writeOut(out, csvPieces(scoreColumns, scoresOf(pictures, features)));
  const began = pictures[0]?.time as number;
  const told = alarms.map(({ first, last, severity }) => {
    const worst = pictures
      .slice(first, last + 1)
      .reduce((one, other) => (other.severity > one.severity ? other : one));
    return {
      ...{ first: rowNumber(first), last: rowNumber(last), severity },
      ...{
        from: (pictures[first] as JudgedPicture).time - began,
        to: (pictures[last] as JudgedPicture).time - began,
      },
      ...{ camera: worst.camera?.rate, gyroscope: worst.gyroscope, spread: worst.camera?.spread },
    };
  });
  const judged = pictures.filter(({ severity }) => !Number.isNaN(severity));
  const highest = judged.reduce((most, { severity }) => Math.max(most, severity), 0);
  if (json) return printJson({ pictures: pictures.length, judged: judged.length, highest, alarms: told });
  print(
    `${inputName(input)}: ${counted(pictures.length, 'picture', 'pictures')}, ${judged.length} judged, ${counted(told.length, 'alarm', 'alarms')}`,
  );
  if (judged.length < pictures.length)
    print(
      `  ${pictures.length - judged.length} not judged: fewer than six features, or no gyroscope beside them`,
    );
  if (told.length > 0)
    printTable(
      ['  pictures', 'seconds', 'score', 'camera, rad/s', 'gyroscope, rad/s'],
      told.map(({ first, last, from, to, severity, camera, gyroscope: felt }) => [
        `  ${first}–${last}`,
        `${from.toFixed(1)}–${to.toFixed(1)}`,
        severity.toFixed(1),
        rates(camera ?? []),
        rates(felt),
      ]),
    );
  print(`  highest: ${highest.toFixed(2)} of an alarm`);
}

const rates = (values: readonly number[]): string => values.map((each) => each.toFixed(2)).join(' ');

const axisNames = ['right', 'down', 'forward'];
const scoreColumns = [
  ...['row', 'time', 'score', 'alarm', 'features'],
  ...['camera', 'gyroscope'].flatMap((sensor) => axisNames.map((axis) => `${sensor}_${axis}`)),
  'spread',
];

function* scoresOf(
  pictures: readonly JudgedPicture[],
  features: readonly number[],
): Generator<readonly (string | number)[]> {
  const written = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '' : value.toPrecision(6);
  for (const [row, { time, camera, gyroscope, severity }] of pictures.entries())
    yield [
      ...[rowNumber(row), time, written(severity), severity >= 1 ? 1 : 0, features[row] as number],
      ...axisNames.map((_, axis) => written(camera?.rate[axis])),
      ...gyroscope.map(written),
      written(camera?.spread),
    ];
}

/** @throws InvalidArgumentError */
function parseAxes(text: string): PictureRules['axes'] {
  const axes = text.split(',').map((each): CameraAxis | undefined => {
    const [, sign, name = ''] = /^\s*([+-]?)([xyz])\s*$/i.exec(each) ?? [];
    const axis = 'xyz'.indexOf(name.toLowerCase());
    return name === '' ? undefined : { axis: axis as 0 | 1 | 2, sign: sign === '-' ? -1 : 1 };
  });
  const [right, down, forward] = axes;
  const isAll = new Set(axes.map((each) => each?.axis)).size === 3;
  if (axes.length === 3 && isAll && right !== undefined && down !== undefined && forward !== undefined)
    return [right, down, forward];
  throw new InvalidArgumentError(
    'These are x, y and z in some order, with a minus where one points the other way.',
  );
}

/** @throws InvalidArgumentError */
function parseCentre(text: string): [number, number] {
  const [x, y, ...more] = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)));
  if (Number.isFinite(x) && Number.isFinite(y) && more.length === 0) return [x as number, y as number];
  throw new InvalidArgumentError('These are two numbers of pixels, such as 640,360.');
}
