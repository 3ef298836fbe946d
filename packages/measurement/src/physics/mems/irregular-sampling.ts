import type { Band } from './alias.ts';

/** How well one frequency explains samples that were taken at irregular moments. */
export interface Fit {
  /** Hz. */
  readonly frequency: number;
  /** Which share of the samples' variance goes with it, between 0 and 1. */
  readonly explained: number;
}

/**
 * The frequency of a band that explains samples best, by least squares at the moments at which they were really taken (Lomb, Astrophysics
 * and Space Science 39, 1976). With sampling at random moments, a sound has one true frequency and no alias (WALNUT, §VI: randomised
 * sampling), so that the band of motion and that of resonances can be told apart.
 *
 * @param times in seconds, exact to a tenth of the band's shortest period
 */
export function bestFit(times: Float64Array, samples: Float64Array, band: Band): Fit {
  const level = samples.reduce((sum, each) => sum + each, 0) / Math.max(1, samples.length);
  const centred = samples.map((each) => each - level);
  const total = centred.reduce((sum, each) => sum + each * each, 0);
  const seconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  if (total === 0 || seconds <= 0) return { frequency: band.from, explained: 0 };
  let best: Fit = { frequency: band.from, explained: 0 };
  for (let frequency = band.from; frequency <= band.to; frequency += 1 / (3 * seconds)) {
    const explained = explainedBy(times, centred, frequency) / total;
    if (explained > best.explained) best = { frequency, explained };
  }
  return best;
}

/** The sum of squares that a sine and a cosine of this frequency take away. */
function explainedBy(times: Float64Array, centred: Float64Array, frequency: number): number {
  const turn = 2 * Math.PI * frequency;
  let [withSine, withCosine, sines, cosines, both] = [0, 0, 0, 0, 0];
  for (const [row, time] of times.entries()) {
    const [sine, cosine] = [Math.sin(turn * time), Math.cos(turn * time)];
    const value = centred[row] as number;
    withSine += value * sine;
    withCosine += value * cosine;
    sines += sine * sine;
    cosines += cosine * cosine;
    both += sine * cosine;
  }
  const determinant = sines * cosines - both * both;
  if (determinant < 1e-9 * (sines + cosines) ** 2) return 0;
  return (cosines * withSine ** 2 - 2 * both * withSine * withCosine + sines * withCosine ** 2) / determinant;
}

/** Two frequencies of which one explains this much more are told apart. */
const clear = 1.5;
/** Chance explains less than this. */
const leastExplained = 0.2;

/** Whether what oscillates in irregular samples is motion or sound; `undefined`: nothing does. */
export function originUnderJitter(
  times: Float64Array,
  samples: Float64Array,
  motion: Band,
  sound: Band,
): { readonly origin: 'motion' | 'sound'; readonly fit: Fit } | undefined {
  const [ofMotion, ofSound] = [bestFit(times, samples, motion), bestFit(times, samples, sound)];
  const [better, other] = ofMotion.explained >= ofSound.explained ? [ofMotion, ofSound] : [ofSound, ofMotion];
  if (better.explained < leastExplained || better.explained < clear * other.explained) return undefined;
  return { origin: better === ofMotion ? 'motion' : 'sound', fit: better };
}
