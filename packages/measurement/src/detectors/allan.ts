import { type Detector, type DetectorKind, isNumbers, rowOf, stretchesOf } from './detector.ts';
import { Octaves } from './octaves.ts';

export interface AllanModel {
  /** Twice the Allan variance over 1, 2, 4, 8 and 16 rows, `levels` × channels. 0: it never moved. */
  readonly floors: Float64Array;
}

const levels = 5;
/** Rows over which squares are averaged, exponentially. */
const memory = 128;
/** In mean squares: what counts at most, three deviations. A jump is no noise: one moves the slope by 0.2 at most. */
const loudest = 9;
/** In variances of the channel: below this, there is no noise to speak of. */
const least = 1e-9;
/**
 * White noise moves the slope over these levels by less than this in a thousand rows but one: 3.29 of its deviation √(1 / Σ w·(k −
 * k̄)²), where the logarithm of the mean over level k has the variance 1 / w = 1.5 · 2ᵏ / memory.
 */
const leastLimit = 0.34;

/**
 * Sees a channel whose noise has another colour, however loud it is: another sensor in its place that has the same variance. Over
 * averaging times τ, the Allan variance of white noise goes by τ⁻¹, of flicker noise by τ⁰, of a random walk by τ⁺¹ (IEEE Std
 * 952-1997, annex C). The statistic is how much that exponent differs from the one that was learned, either way.
 */
export const allan: DetectorKind<AllanModel> = {
  name: 'allan',
  weight: 0.1,
  drift: 'kept',
  learn(normal) {
    const { channels } = normal;
    const octaves = new Octaves(channels, levels);
    const floors = new Float64Array(levels * channels);
    const counts = new Uint32Array(levels);
    for (const stretch of stretchesOf(normal)) {
      octaves.gap();
      for (let row = 0; row < stretch.rows; row++) {
        const found = octaves.push(rowOf(stretch, row));
        for (let level = 0; level < found; level++) {
          const differences = octaves.differences[level] as Float64Array;
          if (Number.isNaN(differences[0])) continue;
          counts[level] = (counts[level] as number) + 1;
          for (const [channel, each] of differences.entries())
            floors[level * channels + channel] = (floors[level * channels + channel] as number) + each ** 2;
        }
      }
    }
    return {
      floors: floors.map((sum, at) => {
        const mean = sum / Math.max(1, counts[Math.trunc(at / channels)] as number);
        return mean < least ? 0 : mean;
      }),
    };
  },
  fits(model, channels): model is AllanModel {
    return isNumbers((model as Partial<AllanModel>).floors, levels * channels);
  },
  start({ floors }, channels): Detector {
    const octaves = new Octaves(channels, levels);
    const means = floors.slice();
    /** Of mean to floor, to base 2. */
    const logarithms = new Float64Array(floors.length);
    return {
      statistics: Array.from({ length: channels }, (_, channel) => ({
        ...{ channel, sees: 'colour', leastLimit },
      })),
      gap: () => octaves.gap(),
      push(row, into, at) {
        const found = octaves.push(row);
        for (let level = 0; level < found; level++) {
          const differences = octaves.differences[level] as Float64Array;
          if (Number.isNaN(differences[0])) continue;
          const weight = 2 ** level / memory;
          for (let channel = 0; channel < channels; channel++) {
            const place = level * channels + channel;
            const floor = floors[place] as number;
            if (floor === 0) continue;
            const square = Math.min((differences[channel] as number) ** 2, loudest * floor);
            const mean = (means[place] as number) + weight * (square - (means[place] as number));
            means[place] = mean;
            logarithms[place] = Math.log2((mean + 1e-3 * floor) / floor);
          }
        }
        for (let channel = 0; channel < channels; channel++) {
          let slope = 0;
          for (let level = 0; level < levels; level++)
            slope += (slopes[level] as number) * (logarithms[level * channels + channel] as number);
          into[at + channel] = Math.abs(slope);
        }
      },
    };
  },
};

/** What each level's logarithm adds to the slope: least squares, a level that has half as many averages counting half. */
const slopes = slopesOf(Array.from({ length: levels }, (_, level) => 2 ** -level));

function slopesOf(weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = weights.reduce((sum, weight, level) => sum + (weight * level) / all, 0);
  const spread = weights.reduce((sum, weight, level) => sum + weight * (level - centre) ** 2, 0);
  return weights.map((weight, level) => (weight * (level - centre)) / spread);
}
