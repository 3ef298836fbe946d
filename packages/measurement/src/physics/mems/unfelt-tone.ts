import { median } from '@kiten/numerics';
import { powerAt, strongestLine } from './spectral-line.ts';

/** An oscillation of one frequency. */
export interface Tone {
  /** Hz. */
  readonly frequency: number;
  /** Half of what it goes up and down, in the samples' unit. */
  readonly amplitude: number;
  /** Which share it is of all that is faster than motion, between 0 and 1. */
  readonly share: number;
}

/** A body that shakes is felt by the sensor beside it, too, this many times above its floor. */
const feltStrength = 12;
/** Hz; what is slower is motion: hands and vehicles turn at a few. */
const slowest = 3;
/** Hz around a line in which its floor is looked for. */
const around = 8;

/**
 * The strongest oscillation of a sensor that the one beside it doesn't feel, in a stretch of 32 samples at least.
 *
 * @param own axes of the sensor
 * @param beside axes of the other one
 * @param rate Hz
 * @param least amplitude that is worth a word, in the sensor's unit
 * @returns with a share of 0 where the other one feels it
 */
export function unfeltTone(
  own: readonly Float64Array[],
  beside: readonly Float64Array[],
  rate: number,
  least: number,
): Tone | undefined {
  const lines = own.map((axis) => strongestLine(axis, rate, slowest)).filter((line) => line !== undefined);
  const [strongest] = lines.sort((one, other) => other.amplitude - one.amplitude);
  if (strongest === undefined || strongest.amplitude < least) return undefined;
  const { frequency, amplitude, share } = strongest;
  const isFelt = beside.some((axis) => strengthNear(axis, frequency, rate) >= feltStrength);
  return { frequency, amplitude, share: isFelt ? 0 : share };
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
