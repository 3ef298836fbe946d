import { KitenError } from '@kiten/codec';
import { median } from '@kiten/numerics';

/** What a sensor says, with how wrong it may be. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The middle value: right as long as fewer than half of the sensors lie. @throws KitenError `numerics/empty-sample` */
export function medianVote(values: readonly number[]): number {
  return median(values);
}

/**
 * The smallest interval that holds the truth if at most `faulty` of the sensors lie: between the first and the last point that all the others
 * agree on (Marzullo, “Tolerating failures of continuous-valued sensors”, ACM TOCS 8(4), 1990).
 *
 * @throws KitenError `measurement/no-agreement` where no point is in so many intervals: more of them lie
 */
export function marzullo(intervals: readonly Interval[], faulty: number): Interval {
  const agreed = regionsOf(intervals, intervals.length - faulty);
  const [first, last] = [agreed[0], agreed.at(-1)];
  if (first === undefined || last === undefined) throw disagreement(intervals.length, faulty);
  return { from: first.from, to: last.to };
}

export interface Fused extends Interval {
  readonly value: number;
}

/**
 * As `marzullo`, and a value: the middles of what is agreed on, each by how many agree (Brooks & Iyengar, “Robust distributed computing and
 * sensing algorithm”, IEEE Computer 29(6), 1996). Fewer than a third may lie where several fuse for themselves and have to agree.
 *
 * @throws KitenError `measurement/no-agreement`
 */
export function brooksIyengar(intervals: readonly Interval[], faulty: number): Fused {
  const agreed = regionsOf(intervals, intervals.length - faulty);
  const { from, to } = marzullo(intervals, faulty);
  const votes = agreed.reduce((sum, { count }) => sum + count, 0);
  const value =
    agreed.reduce((sum, region) => sum + (region.count * (region.from + region.to)) / 2, 0) / votes;
  return { from, to, value };
}

/** Which sensors lie for sure: their interval has nothing in common with what the others agree on. @throws KitenError `measurement/no-agreement` */
export function outvoted(intervals: readonly Interval[], faulty: number): number[] {
  const { from, to } = marzullo(intervals, faulty);
  return [...intervals.keys()].filter((at) => {
    const each = intervals[at] as Interval;
    return each.to < from || each.from > to;
  });
}

interface Region extends Interval {
  readonly count: number;
}

/** Where at least so many intervals overlap, piece by piece. */
function regionsOf(intervals: readonly Interval[], least: number): Region[] {
  const ends = intervals.flatMap(({ from, to }) => [from, to]).sort((one, other) => one - other);
  const found: Region[] = [];
  for (const [at, from] of ends.entries()) {
    const to = ends[at + 1] ?? from;
    const middle = (from + to) / 2;
    const count = intervals.filter((each) => each.from <= middle && middle <= each.to).length;
    if (count >= Math.max(1, least)) found.push({ from, to, count });
  }
  return found;
}

function disagreement(sensors: number, faulty: number): KitenError {
  return new KitenError(
    'measurement/no-agreement',
    `Of ${sensors} sensors, ${sensors - faulty} should agree on some value, and they don't: more than ${faulty} of them are wrong.`,
    { detail: { sensors, faulty } },
  );
}
