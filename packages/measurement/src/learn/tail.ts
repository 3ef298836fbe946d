/**
 * How rarely something is passed: from `start` on, exponentially (peaks over threshold; Pickands, Annals of Statistics 3, 1975).
 * Rarity is the logarithm of the days between two peaks that pass.
 */
export interface Tail {
  readonly start: number;
  /** By how much more it has to be to be passed 1/e times as often. 0: nothing like it ever moved. */
  readonly scale: number;
  /** Of `start`. */
  readonly rarity: number;
}

/** The share of the peaks that make the tail, and how many do at least. */
const share = 0.03;
const least = 10;
/** More peaks say nothing new of the tail. */
const most = 8000;

/** What peaks have over the start of their tail. */
export interface Excesses {
  readonly start: number;
  readonly count: number;
  readonly mean: number;
  readonly rarity: number;
}

/**
 * @param heights of peaks; sorted here
 * @param days that they are of
 * @param all how many peaks there were, where these are the highest of them, `most` at least
 */
export function excessesOf(heights: Float64Array, days: number, all = heights.length): Excesses {
  const { length } = heights.sort();
  // So few have no tail of their own: all of them are one from 0 on, as if there had been one more.
  const isFew = all <= least;
  const count = isFew ? length : Math.max(least, Math.min(most, Math.ceil(share * all)));
  const start = isFew ? 0 : (heights[length - count - 1] as number);
  let sum = 0;
  for (let at = length - count; at < length; at++) sum += (heights[at] as number) - start;
  const mean = count === 0 ? 0 : sum / count;
  return { start, count, mean, rarity: Math.log(days / (isFew ? count + 1 : count)) };
}

/** Tails of statistics that are alike: the mean excess that is usual among them counts as much as ten excesses of each. */
export function tailsOf(all: readonly Excesses[]): Tail[] {
  const usual = usualMean(all);
  return all.map(({ start, count, mean, rarity }) => ({
    ...{ start, rarity },
    scale: (count * mean + least * usual) / (count + least),
  }));
}

/** The mean excess that half of all excesses belong to statistics of less than. */
function usualMean(all: readonly Excesses[]): number {
  const rising = all.filter(({ count }) => count > 0).sort((one, other) => one.mean - other.mean);
  const half = rising.reduce((sum, { count }) => sum + count, 0) / 2;
  let counted = 0;
  for (const { count, mean } of rising) {
    counted += count;
    if (counted >= half) return mean;
  }
  return 0;
}

export function rarityOf({ start, scale, rarity }: Tail, height: number): number {
  return rarity + (height - start) / scale;
}

/** Far below its start a tail says nothing: whoever puts up with alarms that often does not get more of them from it. */
export function heightOf({ start, scale, rarity }: Tail, asked: number): number {
  if (scale === 0) return Number.POSITIVE_INFINITY;
  return Math.max((start + scale) / 2, start + scale * (asked - rarity));
}
