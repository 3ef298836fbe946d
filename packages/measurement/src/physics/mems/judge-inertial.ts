import { median } from '@kiten/numerics';
import { bridged } from '../bridged.ts';
import { clippedShare } from './clipping.ts';
import { type InertialReadings, rotationResiduals } from './rotation-check.ts';
import { powerAt, strongestLine } from './spectral-line.ts';

export interface InertialRules {
  /** What the converter can say at most, in the unit of each sensor; saturation is not judged without. */
  readonly fullScale?: { readonly gyroscope: number; readonly accelerometer: number };
}

/** What was seen in a stretch of two seconds. */
export interface InertialFinding {
  readonly from: number;
  readonly to: number;
  /** 1 is where an alarm begins. */
  readonly severity: number;
  readonly check: 'rotation' | 'gravity' | 'line' | 'clipping';
  readonly sensor: 'gyroscope' | 'accelerometer' | 'both';
}

/** Seconds. */
const window = 2;
/** Degrees in a second that gravity and gyroscope may differ by: what remains where the device is pushed, too. */
const mostDegrees = 25;
/** m/s² that is felt more or less than gravity, on the mean of a stretch: 8 m/s would have been gained by its end. */
const mostPush = 5;
const gravity = 9.81;
/** Of all that a gyroscope says: a pure tone. */
const toneShare = 0.9;
/** rad/s; less does no harm. */
const leastTone = 0.05;
/** A body that turns to and fro is felt by the accelerometer beside it, this many times above its floor. */
const feltStrength = 12;
/** Hz; what is slower is motion: hands and vehicles turn at a few. */
const slowest = 3;
/** Hz around a line in which its floor is looked for. */
const around = 8;
/** Of samples at the end of the scale. */
const mostClipped = 0.05;

/**
 * Whether sound moves a gyroscope or an accelerometer, as far as it shows without asking the sensor: gravity that turns otherwise than the
 * gyroscope, a pure tone in the gyroscope alone, saturation. `originOfLines` and `originUnderJitter` ask it.
 *
 * @throws KitenError `measurement/samples-missing`
 */
export function judgeInertial(given: InertialReadings, rules: InertialRules = {}): InertialFinding[] {
  const whole = ([x, y, z]: InertialReadings['gyroscope']) => [bridged(x), bridged(y), bridged(z)] as const;
  const readings = { ...given, gyroscope: whole(given.gyroscope), accelerometer: whole(given.accelerometer) };
  const { times, gyroscope, accelerometer } = readings;
  const found: InertialFinding[] = [];
  const residuals = rotationResiduals(readings);
  for (const [first, last] of windowsOf(times)) {
    const [from, to] = [times[first] as number, times[last - 1] as number];
    const add = (check: InertialFinding['check'], sensor: InertialFinding['sensor'], severity: number) =>
      found.push({ from, to, severity, check, sensor });
    const inside = residuals.filter(({ time }) => time >= from && time <= to).map(({ degrees }) => degrees);
    // Two of them: one may be a bump.
    const second = inside.sort((one, other) => other - one)[1];
    if (second !== undefined) add('rotation', 'both', second / mostDegrees);
    const mean = (axis: Float64Array) =>
      axis.subarray(first, last).reduce((sum, each) => sum + each, 0) / (last - first);
    add('gravity', 'accelerometer', Math.abs(Math.hypot(...accelerometer.map(mean)) - gravity) / mostPush);
    const rate = (last - first - 1) / (to - from);
    const tone = toneOf(
      gyroscope.map((axis) => axis.subarray(first, last)),
      accelerometer.map((axis) => axis.subarray(first, last)),
      rate,
    );
    if (tone !== undefined) add('line', 'gyroscope', tone);
    if (rules.fullScale === undefined) continue;
    for (const [sensor, axes] of [
      ['gyroscope', gyroscope],
      ['accelerometer', accelerometer],
    ] as const) {
      const scale = rules.fullScale[sensor];
      const shares = axes.map((axis) => clippedShare(axis.subarray(first, last), scale));
      add('clipping', sensor, Math.max(...shares) / mostClipped);
    }
  }
  return found;
}

/** How pure a tone of the gyroscope is that the accelerometer doesn't feel. */
function toneOf(
  gyroscope: readonly Float64Array[],
  accelerometer: readonly Float64Array[],
  rate: number,
): number | undefined {
  const lines = gyroscope
    .map((axis) => strongestLine(axis, rate, slowest))
    .filter((line) => line !== undefined);
  const [strongest] = lines.sort((one, other) => other.amplitude - one.amplitude);
  if (strongest === undefined || strongest.amplitude < leastTone) return undefined;
  const { frequency, share } = strongest;
  const isFelt = accelerometer.some((axis) => strengthNear(axis, frequency, rate) >= feltStrength);
  return isFelt ? 0 : share / toneShare;
}

/** How many times stronger a frequency is than those around it. */
function strengthNear(samples: Float64Array, frequency: number, rate: number): number {
  const count = samples.length;
  const level = samples.reduce((sum, each) => sum + each, 0) / count;
  const windowed = samples.map(
    (each, at) => (each - level) * (1 - Math.cos((2 * Math.PI * (at + 0.5)) / count)),
  );
  const step = rate / count;
  const bins = Math.ceil(around / step);
  const others: number[] = [];
  for (let bin = -bins; bin <= bins; bin++) {
    const other = frequency + bin * step;
    if (Math.abs(bin) > 3 && other > 2 * step && other < rate / 2)
      others.push(powerAt(windowed, other, rate));
  }
  if (others.length === 0) return 0;
  const own = Math.max(...[-1, 0, 1].map((bin) => powerAt(windowed, frequency + bin * step, rate)));
  return own / Math.max(Number.MIN_VALUE, median(others));
}

/** First row and the one behind the last of each stretch. */
function* windowsOf(times: Float64Array): Generator<readonly [number, number]> {
  let first = 0;
  for (let row = 0; row < times.length; row++)
    if ((times[row] as number) - (times[first] as number) >= window) {
      if (row - first >= 32) yield [first, row];
      first = row;
    }
}
