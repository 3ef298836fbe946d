/** A converter's last steps count as its end. */
const end = 0.999;

/** Which share of the samples stands at either end of what the converter can say. */
export function clippedShare(samples: Float64Array, fullScale: number): number {
  let count = 0;
  for (const sample of samples) if (Math.abs(sample) >= end * fullScale) count++;
  return count / Math.max(1, samples.length);
}

/**
 * Which way and how far the mean is moved by an amplifier that clips a sound on one side more than on the other (WALNUT, §III-B: output
 * biasing): the share of samples at the upper end less that at the lower one, times the scale.
 */
export function biasFromClipping(samples: Float64Array, fullScale: number): number {
  let sum = 0;
  for (const sample of samples) if (Math.abs(sample) >= end * fullScale) sum += Math.sign(sample);
  return (sum / Math.max(1, samples.length)) * fullScale;
}
