import { quantile, rankBelow, sortedFrom } from './quantile.ts';

/**
 * How often a value is exceeded, beyond what was ever seen: a generalised Pareto distribution over the upper tail, fitted by
 * probability-weighted moments (Hosking & Wallis, Technometrics 29(3), 1987).
 */
export interface Tail {
  /** Where the tail begins. */
  readonly threshold: number;
  /** The share of values above it. */
  readonly share: number;
  readonly scale: number;
  /** Above 0: heavier than exponential. */
  readonly shape: number;
}

/** @param share of the values that make the tail */
export function fitTail(values: ArrayLike<number>, share = 0.1): Tail {
  const ascending = sortedFrom(values, 1 - share);
  const threshold = quantile(ascending, 1 - share);
  let from = rankBelow(ascending, 1 - share);
  while (from < ascending.length && (ascending[from] as number) <= threshold) from++;
  const excesses = ascending.subarray(from);
  const count = excesses.length;
  if (count < 5) return { threshold, share: count / ascending.length, scale: 0, shape: 0 };
  let [first, second] = [0, 0];
  for (let at = 0; at < count; at++) {
    const excess = (excesses[at] as number) - threshold;
    first += excess;
    second += excess * ((count - 1 - at) / (count - 1));
  }
  first /= count;
  second /= count;
  const shape = Math.min(0.5, Math.max(-0.5, 2 - first / (first - 2 * second)));
  return { threshold, share: count / ascending.length, scale: first * (1 - shape), shape };
}

/** The value that is exceeded with this probability; it must not be above `tail.share` to lie in the tail. */
export function exceededWith(tail: Tail, probability: number): number {
  const odds = tail.share / probability;
  if (odds <= 1) return tail.threshold;
  const { scale, shape } = tail;
  return (
    tail.threshold + (Math.abs(shape) < 1e-9 ? scale * Math.log(odds) : (scale * (odds ** shape - 1)) / shape)
  );
}
