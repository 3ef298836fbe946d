import { quantile, sorted } from '@kiten/numerics';

/** The strongest oscillation of one frequency in a stretch of samples. */
export interface SpectralLine {
  /** Hz, below half of the rate. */
  readonly frequency: number;
  /** Half of what it goes up and down, in the samples' unit. */
  readonly amplitude: number;
  /** How many times more power it has than the frequencies have that are usual here. */
  readonly strength: number;
  /** Which share it is of all that moves as fast as was asked for, between 0 and 1. */
  readonly share: number;
}

/** Bins that a line of a Hann window is wide, either way. */
const width = 2;

/**
 * The square of the amplitude of one frequency (Goertzel, American Mathematical Monthly 65, 1958).
 *
 * @param frequency and `rate` in Hz
 */
export function powerAt(samples: Float64Array, frequency: number, rate: number): number {
  const angle = (2 * Math.PI * frequency) / rate;
  const factor = 2 * Math.cos(angle);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + factor * one - two, one];
  return (4 * (one * one + two * two - factor * one * two)) / samples.length ** 2;
}

/**
 * Looks at every frequency that samples of this length tell apart; at least 32 samples. `undefined` where nothing moves.
 *
 * @param from Hz; what is slower is left out, of the share, too
 */
export function strongestLine(samples: Float64Array, rate: number, from = 0): SpectralLine | undefined {
  const count = samples.length;
  if (count < 32) return undefined;
  const level = samples.reduce((sum, each) => sum + each, 0) / count;
  // A Hann window has half the amplitude: twice as much is handed to Goertzel.
  const windowed = samples.map(
    (each, at) => (each - level) * (1 - Math.cos((2 * Math.PI * (at + 0.5)) / count)),
  );
  const bins = Math.floor(count / 2);
  const first = Math.max(width, Math.ceil((from * count) / rate));
  const powers = Float64Array.from({ length: bins }, (_, bin) =>
    bin < first ? 0 : powerAt(windowed, (bin * rate) / count, rate),
  );
  const highest = powers.reduce((best, power, bin) => (power > (powers[best] as number) ? bin : best), 0);
  const total = powers.reduce((sum, power) => sum + power, 0);
  if (total === 0) return undefined;
  const near = (bin: number) => (powers[bin] as number | undefined) ?? 0;
  let own = 0;
  for (let bin = Math.max(first, highest - width); bin <= highest + width; bin++) own += near(bin);
  // Between two bins: of a Hann window the ratio of neighbours says where.
  const [left, middle, right] = [near(highest - 1), near(highest), near(highest + 1)].map(Math.sqrt) as [
    number,
    number,
    number,
  ];
  const step = (right - left) / (left + middle + right);
  const floor = quantile(sorted(powers.subarray(first)), 0.5);
  return {
    frequency: ((highest + step) * rate) / count,
    // What leaks into neighbours belongs to it: 1.5 is the window's equivalent width.
    amplitude: Math.sqrt(own / 1.5),
    strength: floor > 0 ? middle ** 2 / floor : Number.POSITIVE_INFINITY,
    share: own / total,
  };
}
