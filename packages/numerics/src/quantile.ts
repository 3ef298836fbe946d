import { KitenError } from '@kiten/codec';
import { select } from './select.ts';

/** @throws KitenError `numerics/empty-sample` */
export function sorted(values: ArrayLike<number>): Float64Array {
  return copyOf(values).sort();
}

/**
 * In order from the quantile of this share on, with what is no larger before: as good as sorted for whoever looks no further down.
 *
 * @throws KitenError `numerics/empty-sample`
 */
export function sortedFrom(values: ArrayLike<number>, share: number): Float64Array {
  const copy = copyOf(values);
  const first = rankBelow(copy, share);
  select(copy, first);
  copy.subarray(first).sort();
  return copy;
}

/** The rank that a quantile is the value of, or is between the value of and that of the next. */
export function rankBelow({ length }: ArrayLike<number>, share: number): number {
  return Math.floor(share * (length - 1));
}

function copyOf(values: ArrayLike<number>): Float64Array {
  if (values.length === 0)
    throw new KitenError('numerics/empty-sample', 'There is nothing to take a quantile of.');
  return new Float64Array(values);
}

/**
 * Linear between the two nearest ranks (type 7 of Hyndman & Fan: “Sample quantiles in statistical packages”, 1996).
 *
 * @param ascending not empty
 * @param share between 0 and 1
 */
export function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = rankBelow(ascending, share);
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
