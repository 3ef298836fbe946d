/** How high a series of severities goes, and how often: by it a budget of alarms becomes a height. */
export interface Peaks {
  /** How long the series was, in days. */
  readonly days: number;
  /** Heights of its highest peaks, falling. */
  readonly highest: Float64Array;
}

/** Rows of calm between two peaks that count as two. */
const calm = 10;
const mostKept = 1000;
/** How many of its standard errors the mean excess is taken to be off by. */
const certainty = 5;

export function peaksOf(series: Float64Array, days: number): Peaks {
  const peaks: number[] = [];
  let [peak, since] = [0, 0];
  const close = (): void => {
    if (peak > 0) peaks.push(peak);
    [peak, since] = [0, 0];
  };
  for (const value of series)
    if (value > peak) [peak, since] = [value, 0];
    else if (++since >= calm) close();
  close();
  return { days, highest: Float64Array.from(peaks).sort().reverse().slice(0, mostKept) };
}

/**
 * The height that is passed as often as the budget allows: counted where the series is long enough to show it, extrapolated
 * exponentially over its peaks where it is not (peaks over threshold; Pickands, Annals of Statistics 3, 1975).
 *
 * @param perDay alarms
 */
export function heightFor({ days, highest }: Peaks, perDay: number): number {
  const budget = perDay * days;
  if (highest.length === 0) return 1;
  if (budget >= 10) return highest[Math.min(highest.length - 1, Math.floor(budget))] as number;
  const count = Math.min(highest.length - 1, Math.max(10, Math.ceil(highest.length / 10)));
  if (count < 1) return highest[0] as number;
  const base = highest[count] as number;
  const excess = highest.subarray(0, count).reduce((sum, peak) => sum + peak - base, 0) / count;
  // The mean of a few excesses is itself uncertain: by one over the root of their number.
  const uncertain = 1 + certainty / Math.sqrt(count);
  return base + excess * uncertain * Math.max(0, Math.log(count / budget));
}
