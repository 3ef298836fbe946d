import { KitenError } from '@kiten/codec';
import type { FeatureTrack, Frame, PicturePair } from '@kiten/measurement';
import { median } from '@kiten/numerics';
import { inputName } from './input-file.ts';
import { axesOf, bareName, columnOf } from './table-axes.ts';

/** Which axis of a gyroscope is one of a camera's, and whether it points the other way. */
export interface CameraAxis {
  readonly axis: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

export interface PictureRules {
  /** The camera's axes right, down and forward, as the gyroscope has them. */
  readonly axes: readonly [CameraAxis, CameraAxis, CameraAxis];
  /** In pixels; without them places are in focal lengths from the middle. */
  readonly focal?: number;
  readonly centre?: readonly [number, number];
  /** Between two pictures. */
  readonly seconds?: number;
}

/** What trackers call places in the picture before and in that after, in lower case without signs. */
const placeNames: readonly (readonly [string, string, string, string])[] = [
  ['fromx', 'fromy', 'tox', 'toy'],
  ['x0', 'y0', 'x1', 'y1'],
  ['x1', 'y1', 'x2', 'y2'],
  ['u0', 'v0', 'u1', 'v1'],
  ['u1', 'v1', 'u2', 'v2'],
  ['prevx', 'prevy', 'nextx', 'nexty'],
  ['previousx', 'previousy', 'currentx', 'currenty'],
];
/** Focal lengths from the middle, beyond which no lens sees. */
const widest = 10;

/**
 * Pictures out of a table with a row for each feature that was followed, and the gyroscope's mean between the two.
 *
 * @param inertial a table of the gyroscope's own, with the clock of the pictures; without it the features' table has its columns
 * @throws KitenError `kiten/channel-missing`, `kiten/no-tracks`
 */
export function picturePairs(
  file: string,
  tracks: Frame,
  rules: PictureRules,
  inertial?: Frame,
): PicturePair[] {
  const places = placesOf(file, tracks, rules);
  const times = momentsOf(tracks, rules);
  const firsts = [...times.keys()].filter((row) => row === 0 || times[row] !== times[row - 1]);
  const steps = firsts
    .slice(1)
    .map((row, at) => (times[row] as number) - (times[firsts[at] as number] as number));
  if (rules.seconds === undefined && !steps.some((step) => step > 0))
    throw new KitenError(
      'kiten/no-tracks',
      `${inputName(file)} does not say when its pictures were taken: say by --seconds how far they are apart.`,
    );
  const usual = rules.seconds ?? median(steps.filter((step) => step > 0));
  const felt = gyroscopeOf(inertial ?? tracks, rules);
  let from = 0;
  return firsts.map((first, at) => {
    const end = firsts[at + 1] ?? times.length;
    const time = times[first] as number;
    const step = rules.seconds ?? steps[at] ?? usual;
    const seconds = step > 0 ? step : usual;
    const pair = { time, seconds, tracks: places.slice(first, end).filter(isWhole) };
    if (inertial === undefined) return { ...pair, gyroscope: felt(first, end) };
    while (from < inertial.rows && (inertial.times[from] as number) < time) from++;
    let to = from;
    while (to < inertial.rows && (inertial.times[to] as number) <= time + seconds) to++;
    return { ...pair, gyroscope: felt(from, to) };
  });
}

/** When the picture of each row was taken: by the column of time, or by its number; without either there is one only. */
function momentsOf(tracks: Frame, { seconds = 0 }: PictureRules): Float64Array {
  if (tracks.timeColumn !== undefined) return tracks.times;
  const numbers = tracks.channels.findIndex((name) => ['frame', 'picture', 'image'].includes(bareName(name)));
  return numbers < 0
    ? new Float64Array(tracks.rows)
    : columnOf(tracks, numbers).map((number) => number * seconds);
}

const isWhole = ({ from, to }: FeatureTrack): boolean => [...from, ...to].every(Number.isFinite);

/** @throws KitenError `kiten/channel-missing`, `kiten/no-tracks` */
function placesOf(file: string, tracks: Frame, { focal = 1, centre = [0, 0] }: PictureRules): FeatureTrack[] {
  const bare = tracks.channels.map(bareName);
  const columns = placeNames
    .map((names) => names.map((name) => bare.indexOf(name)))
    .find((found) => found.every((at) => at >= 0));
  if (columns === undefined)
    throw new KitenError(
      'kiten/channel-missing',
      `Four channels from_x, from_y, to_x, to_y are needed (or x0, y0, x1, y1): where a feature was in a picture, and in the next. There are ${tracks.channels.join(', ')}.`,
      { detail: { channel: 'from_x' } },
    );
  const [fromX, fromY, toX, toY] = columns.map((at) => columnOf(tracks, at)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const place = (x: Float64Array, y: Float64Array, row: number) =>
    [((x[row] as number) - centre[0]) / focal, ((y[row] as number) - centre[1]) / focal] as const;
  const places = [...fromX.keys()].map((row) => ({
    from: place(fromX, fromY, row),
    to: place(toX, toY, row),
  }));
  const farthest = places.reduce(
    (most, { from, to }) =>
      [...from, ...to].reduce((far, each) => (Math.abs(each) > far ? Math.abs(each) : far), most),
    0,
  );
  if (farthest <= widest) return places;
  throw new KitenError(
    'kiten/no-tracks',
    `${inputName(file)} has features ${Number(farthest.toPrecision(3))} focal lengths from the middle. If these are pixels, say --focal and --centre as the camera was calibrated.`,
    { detail: { farthest } },
  );
}

/** The gyroscope's mean over some rows, about the camera's axes; NaN where there are none. */
function gyroscopeOf(
  frame: Frame,
  { axes: order }: PictureRules,
): (from: number, to: number) => readonly [number, number, number] {
  const { axes } = axesOf(frame, /^(gyro|omega|w_|ang(ular)?_?(vel|rate)|rate)/i);
  return (from, to) =>
    order.map(({ axis, sign }) => {
      const felt = axes[axis].subarray(from, to);
      return (sign * felt.reduce((sum, each) => sum + each, 0)) / felt.length;
    }) as [number, number, number];
}
