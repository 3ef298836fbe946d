import { KitenError } from '@kiten/codec';

/** @throws KitenError `numerics/empty-sample` */
export function sorted(values: ArrayLike<number>): Float64Array {
  if (values.length === 0)
    throw new KitenError('numerics/empty-sample', 'There is nothing to take a quantile of.');
  return Float64Array.from(values).sort();
}

/**
 * Linear between the two nearest ranks (type 7 of Hyndman & Fan: “Sample quantiles in statistical packages”, 1996).
 *
 * @param ascending not empty
 * @param share between 0 and 1
 */
export function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (place - below) * (high - low);
}

export function median(values: ArrayLike<number>): number {
  return quantile(sorted(values), 0.5);
}

/** 1.4826 · median of |x − median|: the standard deviation where values are normal, and unmoved by a few that are not. */
export function robustDeviation(values: ArrayLike<number>): number {
  const centre = median(values);
  return 1.4826 * median(Float64Array.from(values, (value) => Math.abs(value - centre)));
}
