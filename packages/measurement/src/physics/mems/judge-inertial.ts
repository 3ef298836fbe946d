import { bridged } from '../bridged.ts';
import { clippedShare } from './clipping.ts';
import { type InertialReadings, rotationResiduals } from './rotation-check.ts';
import { type Tone, unfeltTone } from './unfelt-tone.ts';

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
/** rad/s and m/s²; less does no harm. */
const leastTone = { gyroscope: 0.05, accelerometer: 0.3 };
/** Of samples at the end of the scale. */
const mostClipped = 0.05;

/**
 * Whether sound moves a gyroscope or an accelerometer, as far as it shows without asking the sensor: gravity that turns otherwise than the
 * gyroscope, a pure tone in the gyroscope alone, saturation. `originOfLines` and `originUnderJitter` ask it.
 *
 * @throws KitenError `measurement/samples-missing`
 */
export function judgeInertial(given: InertialReadings, rules: InertialRules = {}): InertialFinding[] {
  const readings = withoutGaps(given);
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
    const tone = toneOf('gyroscope', readings, [first, last]);
    if (tone !== undefined) add('line', 'gyroscope', tone.share / toneShare);
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

/** A tone of an accelerometer that the gyroscope beside it doesn't feel, in a stretch of two seconds. */
export interface AccelerometerTone extends Tone {
  readonly from: number;
  readonly to: number;
}

/**
 * Where an accelerometer says hardly more than one tone: an engine, or sound. Nothing speaks for either unless the sensor is asked
 * (`originOfLines`, `originUnderJitter`), so this is no alarm.
 *
 * @throws KitenError `measurement/samples-missing`
 */
export function accelerometerTones(given: InertialReadings): AccelerometerTone[] {
  const readings = withoutGaps(given);
  return [...windowsOf(given.times)].flatMap(([first, last]) => {
    const tone = toneOf('accelerometer', readings, [first, last]);
    if (tone === undefined || tone.share < toneShare) return [];
    return [{ ...tone, from: given.times[first] as number, to: given.times[last - 1] as number }];
  });
}

function withoutGaps(given: InertialReadings): InertialReadings {
  const whole = ([x, y, z]: InertialReadings['gyroscope']) => [bridged(x), bridged(y), bridged(z)] as const;
  return { ...given, gyroscope: whole(given.gyroscope), accelerometer: whole(given.accelerometer) };
}

/** Of one sensor, in a stretch of rows. */
function toneOf(
  sensor: 'gyroscope' | 'accelerometer',
  readings: InertialReadings,
  [first, last]: readonly [number, number],
): Tone | undefined {
  const { times } = readings;
  const rate = (last - first - 1) / ((times[last - 1] as number) - (times[first] as number));
  const other = sensor === 'gyroscope' ? 'accelerometer' : 'gyroscope';
  const stretch = (axes: readonly Float64Array[]) => axes.map((axis) => axis.subarray(first, last));
  return unfeltTone(stretch(readings[sensor]), stretch(readings[other]), rate, leastTone[sensor]);
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
