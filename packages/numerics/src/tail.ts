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

/**
 * @param share of the values that make the tail
 * @param all how many values there are, where these are only the highest of them: they make the tail where they are fewer than its share
 */
export function fitTail(values: ArrayLike<number>, share = 0.1, all = values.length): Tail {
  const low = all === values.length ? 1 - share : lowAmong(values.length, share, all);
  const ascending = sortedFrom(values, low);
  const threshold = quantile(ascending, low);
  let from = rankBelow(ascending, low);
  while (from < ascending.length && (ascending[from] as number) <= threshold) from++;
  const excesses = ascending.subarray(from);
  const count = excesses.length;
  if (count < 5) return { threshold, share: count / all, scale: 0, shape: 0 };
  let [first, second] = [0, 0];
  for (let at = 0; at < count; at++) {
    const excess = (excesses[at] as number) - threshold;
    first += excess;
    second += excess * ((count - 1 - at) / (count - 1));
  }
  first /= count;
  second /= count;
  const shape = Math.min(0.5, Math.max(-0.5, 2 - first / (first - 2 * second)));
  return { threshold, share: count / all, scale: first * (1 - shape), shape };
}

/** Where a tail of all values begins, as a share of the highest `count`. */
function lowAmong(count: number, share: number, all: number): number {
  return Math.max(0, ((1 - share) * (all - 1) - (all - count)) / Math.max(1, count - 1));
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
