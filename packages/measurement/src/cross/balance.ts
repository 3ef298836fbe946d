import { KitenError } from '@kiten/codec';
import type { Frame } from '../series/frame.ts';
import { type CrossCheck, crossCheckText } from './cross-check.ts';
import { type Sensor, sensorName } from './sensor.ts';

/** A weighted sum of sensors that ought to stay where it is. */
export interface Balance {
  /** The check that it is of, as text; of a check of three there are three. */
  readonly check: string;
  /** By their positions among all sensors. */
  readonly sensors: readonly number[];
  readonly weights: Float64Array;
  /** As a share of the largest amount; `undefined`: what is usual is learned. */
  readonly tolerance: number | undefined;
  /** Only more than 0 is out of place. */
  readonly isOneSided: boolean;
}

/** Of what was seen in normal rows, where a bound is learned: so many times as much, and so much at least. */
const room = 1.5;
const leastTolerance = 0.01;

/**
 * The balances of checks, with what has to be learned learned from a joint table without an attack.
 *
 * @throws KitenError `measurement/cross-sensor-unknown`
 */
export function balancesOf(
  checks: readonly CrossCheck[],
  sensors: readonly Sensor[],
  normal: Frame,
): Balance[] {
  const names = sensors.map(sensorName);
  return checks.flatMap((check) => {
    const places = check.sensors.map((sensor) => positionOf(names, sensorName(sensor)));
    const text = crossCheckText(check);
    const { tolerance } = check;
    const made = (of: readonly number[], weights: readonly number[], isOneSided = false): Balance => ({
      ...{ check: text, sensors: of, weights: Float64Array.from(weights), tolerance, isOneSided },
    });
    const [first = 0, second = 0] = places;
    switch (check.kind) {
      case 'equal':
        return places.flatMap((one, at) => places.slice(at + 1).map((other) => made([one, other], [1, -1])));
      case 'sum':
        return [
          made(
            places,
            places.map((_, at) => (at === 0 ? 1 : -1)),
          ),
        ];
      case 'ratio':
      case 'linear': {
        const factor = check.factor ?? slopeOf(normal, first, second, check.kind === 'linear');
        return [made(places, [1, -factor])];
      }
      default: {
        const below = made(places, [1, -1], true);
        const seen = tolerance ?? Math.max(leastTolerance, room * mostOutOfPlace(below, normal));
        return [{ ...below, tolerance: seen }];
      }
    }
  });
}

/** What is out of place, in the unit of the sensors; NaN if one of them is missing. */
export function residualOf({ sensors, weights, isOneSided }: Balance, row: Float64Array): number {
  let sum = 0;
  for (const [at, sensor] of sensors.entries()) sum += (weights[at] as number) * (row[sensor] as number);
  return isOneSided && sum < 0 ? 0 : sum;
}

/** The largest amount that goes into a balance. */
export function sizeOf({ sensors, weights }: Balance, row: Float64Array): number {
  let size = 0;
  for (const [at, sensor] of sensors.entries())
    size = Math.max(size, Math.abs((weights[at] as number) * (row[sensor] as number)));
  return size;
}

function mostOutOfPlace(balance: Balance, { channels, rows, values }: Frame): number {
  let most = 0;
  for (let row = 0; row < rows; row++) {
    const readings = values.subarray(row * channels.length, (row + 1) * channels.length);
    const share = residualOf(balance, readings) / sizeOf(balance, readings);
    if (share > most) most = share;
  }
  return most;
}

/** How many times the second the first is, by least squares. */
function slopeOf(
  { channels, rows, values }: Frame,
  first: number,
  second: number,
  hasOffset: boolean,
): number {
  let [count, one, other, squares, products] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const x = values[row * channels.length + second] as number;
    const y = values[row * channels.length + first] as number;
    if (Number.isNaN(x + y)) continue;
    count++;
    one += y;
    other += x;
    squares += x * x;
    products += x * y;
  }
  const less = hasOffset && count > 0 ? 1 / count : 0;
  const spread = squares - other * other * less;
  return spread === 0 ? 1 : (products - one * other * less) / spread;
}

function positionOf(names: readonly string[], name: string): number {
  const at = names.indexOf(name);
  if (at >= 0) return at;
  throw new KitenError(
    'measurement/cross-sensor-unknown',
    `There is no sensor ${name.slice(0, 140)}; there are ${names.join(', ').slice(0, 500)}.`,
  );
}
