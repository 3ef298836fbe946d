import { Cholesky } from '@kiten/numerics';
import type { NormalRows } from './detector.ts';
import { joinedGram, mostLags } from './products.ts';

/** In variances of a channel; what rounding may hide. */
const ridge = 0.01;

/**
 * How many rows before say something of the next one, 1 to 3: where Akaike's criterion of the vector autoregression is least
 * (Lütkepohl, New Introduction to Multiple Time Series Analysis, 2005, §4.3).
 */
export function lagsOf(normal: NormalRows): number {
  const { channels } = normal;
  const gram = joinedGram(normal, mostLags);
  const { order } = gram;
  // The determinant for fewer rows is the leading minor, so that one triangle has them all.
  const { lower } = new Cholesky(gram.matrix(ridge), order);
  const logDeterminant = (blocks: number): number => {
    let sum = 0;
    for (let at = 0; at < blocks * channels; at++) sum += 2 * Math.log(lower[at * order + at] as number);
    return sum;
  };
  const criterion = (lags: number): number =>
    gram.rows * (logDeterminant(lags + 1) - logDeterminant(lags)) + 2 * lags * channels * channels;
  let best = 1;
  for (let lags = 2; lags <= mostLags; lags++) if (criterion(lags) < criterion(best)) best = lags;
  return best;
}
