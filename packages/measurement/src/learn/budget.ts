import { countApart, type Peaks } from './peaks.ts';

/** How many of its standard errors the mean excess is taken to be off by. */
const certainty = 4;
/** How many standard errors a count of alarms stays below the budget by. */
const caution = 3;
/** Alarms in the normal data that are enough to be counted. */
const enough = 10;
/** Halvings of the interval in which the budget that is really used is looked for. */
const halvings = 10;

/** Something that alarms where it is high enough, with a part of the budget of its own. */
export interface Claim {
  readonly peaks: Peaks;
  readonly weight: number;
}

/** Whether normal data of so many days are long enough for alarms to be counted in them. */
export function areEnough(days: number, perDay: number): boolean {
  return perDay * days >= enough;
}

/**
 * How high each has to be so that all of them together alarm as often as the budget allows.
 *
 * @param days that the peaks are of
 * @param perDay alarms
 */
export function heightsFor(claims: readonly Claim[], days: number, perDay: number): number[] {
  const total = claims.reduce((sum, { weight }) => sum + weight, 0);
  const falling = claims.map(({ peaks }) => peaks.heights.toSorted().reverse());
  const shared = (budget: number): number[] =>
    claims.map(({ weight }, at) => heightFor(falling[at] as Float64Array, (budget * days * weight) / total));
  if (!areEnough(days, perDay)) return shared(perDay);
  // Many see the same, and some never alarm: of what is shared among them a part is left, as far as it can be counted.
  const most = perDay * days - caution * Math.sqrt(perDay * days);
  let [spent, over] = [perDay, perDay * claims.length];
  for (let halving = 0; halving < halvings; halving++) {
    const tried = Math.sqrt(spent * over);
    const heights = shared(tried);
    const alarms = countApart(claims.map(({ peaks }, at) => [peaks, heights[at] as number]));
    if (alarms > most) over = tried;
    else spent = tried;
  }
  return shared(spent);
}

/**
 * The height that is passed as often as that: counted where there are peaks enough to show it, extrapolated exponentially over
 * them where there are not (peaks over threshold; Pickands, Annals of Statistics 3, 1975). ∞ where there never was a peak, or is not to be one.
 *
 * @param highest heights of peaks, falling
 * @param times that it is to be passed, in all of the time that the peaks are of
 */
function heightFor(highest: Float64Array, times: number): number {
  if (highest.length === 0 || times === 0) return Number.POSITIVE_INFINITY;
  if (times >= enough) return highest[Math.min(highest.length - 1, Math.floor(times))] as number;
  const count = Math.min(highest.length - 1, Math.max(enough, Math.ceil(highest.length / 10)));
  if (count < 1) return highest[0] as number;
  const base = highest[count] as number;
  const excess = highest.subarray(0, count).reduce((sum, peak) => sum + peak - base, 0) / count;
  // The mean of a few excesses is itself uncertain: by one over the root of their number.
  const uncertain = 1 + certainty / Math.sqrt(count);
  return base + excess * uncertain * Math.max(0, Math.log(count / times));
}
