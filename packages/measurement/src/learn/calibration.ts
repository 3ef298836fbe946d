import { joined } from '@kiten/numerics';
import type { DetectorKind, Statistic } from '../detectors/detector.ts';
import type { Claim } from './budget.ts';
import { limitOf } from './limit.ts';
import { highestOf, type Peaks, peaksOf } from './peaks.ts';
import { excessesOf, heightOf, rarityOf, type Tail, tailsOf } from './tail.ts';

/**
 * What is normal of the statistics of a detector, in two ways. A statistic alarms at so many times its limit, the same number for all:
 * what leaves its own only once in a while need not be told apart from what never does. And it alarms where it is rarer than it ever was
 * by itself: what never leaves its own need not wait for as much as the wildest reaches.
 */
export interface Calibration {
  /** What each statistic hardly ever exceeds. */
  readonly limits: Float64Array;
  /** Of the statistic that is most times its limit: how many times. */
  readonly excess: Peaks;
  /** The tail of each statistic. */
  readonly starts: Float64Array;
  readonly scales: Float64Array;
  readonly rarities: Float64Array;
  /** Of the statistic that is rarest: how rare. */
  readonly rarest: Peaks;
}

const mostKept = 1000;
/** The share of the budget that is for what is rare by itself. */
const ofRarest = 0.05;
/** Of a slow detector: its longest means are wild in one channel and quiet in the next. */
const ofRarestSlow = 0.3;
/** Rarities below are none. */
const common = -100;

/**
 * @param seen each statistic over all rows, as seen by detectors that were not learned from them
 * @param bounds the stretches that these detectors did not see: the first row of each, and the end
 * @param isJudgedTogether no statistic has a tail of its own
 */
export function calibrationOf(
  seen: readonly Float64Array[],
  statistics: readonly Statistic[],
  bounds: readonly number[],
  days: number,
  isJudgedTogether = false,
): Calibration {
  const rows = bounds.at(-1) as number;
  const limits = Float64Array.from(seen, (values, at) => limitOf(values, statistics[at]?.leastLimit));
  const most = new Float64Array(rows);
  for (const [at, values] of seen.entries())
    raise(most, 0, rows, (row) => (values[row] as number) / (limits[at] as number));
  const excess = highestOf(peaksOf(most), mostKept);
  if (isJudgedTogether) return { limits, excess, ...withoutTails(seen.length) };
  const stretches = bounds.slice(1).map((to, at) => [bounds[at] as number, to] as const);
  const heights = seen.map((values) => stretches.map(([from, to]) => peaksOf(values, 0, from, to).heights));
  const rarest = new Float64Array(rows).fill(common);
  for (const [fold, [from, to]] of stretches.entries()) {
    // How rare something is in one stretch is asked of the others: a plant that changes surprises itself.
    const others = heights.map((each) => each.filter((_, at) => at !== fold));
    for (const [at, tail] of tails(others, statistics, days * (1 - (to - from) / rows)).entries()) {
      const values = seen[at] as Float64Array;
      if (tail.scale > 0) raise(rarest, from, to, (row) => rarityOf(tail, values[row] as number));
    }
  }
  const all = tails(heights, statistics, days);
  const of = (name: keyof Tail) => Float64Array.from(all, (each) => each[name]);
  return {
    ...{ limits, excess },
    ...{ starts: of('start'), scales: of('scale'), rarities: of('rarity') },
    rarest: highestOf(peaksOf(rarest, common), mostKept),
  };
}

function withoutTails(count: number): Pick<Calibration, 'starts' | 'scales' | 'rarities' | 'rarest'> {
  const none = new Float64Array(count);
  return {
    ...{ starts: none, scales: none, rarities: none },
    rarest: { rows: new Float64Array(0), heights: new Float64Array(0) },
  };
}

/**
 * Both ways are heard. A tail falls fast, so that what is rare by itself needs little of the budget.
 *
 * @param areTailsKnown whether normal data are long enough to say how rare something is
 */
export function claimsOf(
  { excess, rarest }: Calibration,
  { weight, isSlow }: Pick<DetectorKind<object>, 'weight' | 'isSlow'>,
  areTailsKnown: boolean,
): [Claim, Claim] {
  const share = !areTailsKnown ? 0 : isSlow === true ? ofRarestSlow : ofRarest;
  return [
    { peaks: excess, weight: weight * (1 - share) },
    { peaks: rarest, weight: weight * share },
  ];
}

/** From where on each statistic alarms, by how many times its limit and how rare it has to be. */
export function thresholdsOf(
  { limits, starts, scales, rarities }: Calibration,
  statistics: readonly Statistic[],
  times: number,
  rarity: number,
): Float64Array {
  // Where nothing ever was near its limit, its limit it is.
  const least = Number.isFinite(times) ? Math.max(1, times) : 1;
  return limits.map((limit, at) => {
    const [start, scale, own] = [starts[at], scales[at], rarities[at]] as [number, number, number];
    const rare = heightOf({ start, scale, rarity: own }, rarity);
    return Math.max(statistics[at]?.leastLimit ?? 0, Math.min(limit * least, rare));
  });
}

function raise(series: Float64Array, from: number, to: number, by: (row: number) => number): void {
  for (let row = from; row < to; row++) {
    const value = by(row);
    if (value > (series[row] as number)) series[row] = value;
  }
}

/**
 * Statistics that see the same of different channels have tails that are alike.
 *
 * @param heights of the peaks of each statistic, in several arrays
 */
function tails(
  heights: readonly (readonly Float64Array[])[],
  statistics: readonly Statistic[],
  days: number,
): Tail[] {
  const found: Tail[] = [];
  const groups = Map.groupBy(statistics.keys(), (at) => {
    const { sees, channel } = statistics[at] as Statistic;
    return `${sees} ${channel === undefined}`;
  });
  for (const group of groups.values()) {
    const excesses = group.map((at) => excessesOf(joined(heights[at] as readonly Float64Array[]), days));
    for (const [place, tail] of tailsOf(excesses).entries()) found[group[place] as number] = tail;
  }
  return found;
}
