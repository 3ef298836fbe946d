import { mewma, mewmaWeights } from '../detectors/mewma.ts';
import type { Resolution } from '../learn/profile.ts';

/**
 * The covariance of the mean of many rows, times their number, channels × channels: from that of the slowest of the means that
 * MEWMA learned. Without these, each channel by itself.
 */
export function longRunCovariance({ detectors }: Resolution, channels: number): Float64Array {
  const size = channels * channels;
  const covariance = new Float64Array(size);
  const model = detectors.find(({ kind }) => kind === mewma.name)?.model;
  if (model === undefined || !mewma.fits(model, channels)) {
    for (let channel = 0; channel < channels; channel++) covariance[channel * channels + channel] = 1;
    return covariance;
  }
  const lower = model.lower.subarray(-size);
  const weight = mewmaWeights[mewmaWeights.length - 1] as number;
  // Of independent rows, the mean that gives the newest a weight of w has w / (2 − w) of their variance.
  const rows = (2 - weight) / weight;
  for (let i = 0; i < channels; i++)
    for (let j = 0; j < channels; j++) {
      let sum = 0;
      for (let k = 0; k <= Math.min(i, j); k++)
        sum += (lower[i * channels + k] as number) * (lower[j * channels + k] as number);
      covariance[i * channels + j] = rows * sum;
    }
  return covariance;
}
