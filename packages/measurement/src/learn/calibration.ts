import { joined } from '@kiten/numerics';
import type { DetectorKind, Statistic } from '../detectors/detector.ts';
import type { Claim } from './budget.ts';
import type { Course } from './course.ts';
import type { Highest } from './highest.ts';
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
 * @param courses of each statistic over all rows, as seen by detectors that were not learned from them
 * @param bounds the stretches that these detectors did not see: the first row of each, and the end
 * @param isJudgedTogether no statistic has a tail of its own
 */
export function calibrationOf(
  courses: readonly Course[],
  statistics: readonly Statistic[],
  bounds: readonly number[],
  days: number,
  isJudgedTogether = false,
): Calibration {
  const rows = bounds.at(-1) as number;
  const limits = Float64Array.from(courses, (course, at) => limitOf(course, statistics[at]?.leastLimit));
  const excess = highestOf(peaksOf(timesTheirLimits(courses, limits, rows)), mostKept);
  if (isJudgedTogether) return { limits, excess, ...withoutTails(courses.length) };
  // How rare something is in one stretch is asked of the others: a plant that changes surprises itself.
  const byStretch = bounds.slice(1).map((to, fold) => {
    const others = courses.map(({ peaks }) => peaks.filter((_, at) => at !== fold));
    return tails(others, statistics, days * (1 - (to - (bounds[fold] as number)) / rows));
  });
  const all = tails(
    courses.map(({ peaks }) => peaks),
    statistics,
    days,
  );
  const of = (name: keyof Tail) => Float64Array.from(all, (each) => each[name]);
  return {
    ...{ limits, excess },
    ...{ starts: of('start'), scales: of('scale'), rarities: of('rarity') },
    rarest: highestOf(peaksOf(rarityByRow(courses, byStretch, bounds), common), mostKept),
  };
}

/** In each row, of the statistic that is most times its limit, how many times; as low as 0 where none of the highest is. */
function timesTheirLimits(courses: readonly Course[], limits: Float64Array, rows: number): Float64Array {
  const most = new Float64Array(rows);
  for (const [at, { highest }] of courses.entries()) {
    const limit = limits[at] as number;
    const { rows, values } = highest;
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number;
      const times = (values[place] as number) / limit;
      if (times > (most[row] as number)) most[row] = times;
    }
  }
  return most;
}

/** In each row, of the statistic that is rarest, how rare. */
function rarityByRow(
  courses: readonly Course[],
  byStretch: readonly (readonly Tail[])[],
  bounds: readonly number[],
): Float64Array {
  const rarest = new Float64Array(bounds.at(-1) as number).fill(common);
  for (const [at, { highest }] of courses.entries()) {
    const tails = byStretch.map((each) => each[at] as Tail);
    const { rows, values } = highest;
    let stretch = 0;
    for (let place = 0; place < rows.length; place++) {
      const row = rows[place] as number;
      // Those that are kept are in the order of rows.
      while (row >= (bounds[stretch + 1] as number)) stretch++;
      const tail = tails[stretch] as Tail;
      if (tail.scale <= 0) continue;
      const rarity = rarityOf(tail, values[place] as number);
      if (rarity > (rarest[row] as number)) rarest[row] = rarity;
    }
  }
  return rarest;
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

/**
 * Statistics that see the same of different channels have tails that are alike.
 *
 * @param peaks of each statistic, in several stretches
 */
function tails(
  peaks: readonly (readonly Highest[])[],
  statistics: readonly Statistic[],
  days: number,
): Tail[] {
  const found: Tail[] = [];
  const groups = Map.groupBy(statistics.keys(), (at) => {
    const { sees, channel } = statistics[at] as Statistic;
    return `${sees} ${channel === undefined}`;
  });
  for (const group of groups.values()) {
    const excesses = group.map((at) => {
      const own = peaks[at] as readonly Highest[];
      const count = own.reduce((sum, { all }) => sum + all, 0);
      return excessesOf(joined(own.map(({ values }) => values)), days, count);
    });
    for (const [place, tail] of tailsOf(excesses).entries()) found[group[place] as number] = tail;
  }
  return found;
}
