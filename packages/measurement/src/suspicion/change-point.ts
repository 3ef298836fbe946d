/** Neither side of a change is shorter, in rows. */
const shortest = 3;
/** Of the variance of all: less is rounding. */
const least = 1e-3;

/**
 * The row from which on a series is another: where two normal distributions, one before and one behind, make it most likely
 * (Hinkley, Biometrika 57(1), 1970).
 */
export function changePoint(series: Float64Array): number {
  const count = series.length;
  const sums = new Float64Array(count + 1);
  const squares = new Float64Array(count + 1);
  for (let at = 0; at < count; at++) {
    const value = series[at] as number;
    sums[at + 1] = (sums[at] as number) + value;
    squares[at + 1] = (squares[at] as number) + value * value;
  }
  const variance = (from: number, to: number): number => {
    const rows = to - from;
    const mean = ((sums[to] as number) - (sums[from] as number)) / rows;
    return ((squares[to] as number) - (squares[from] as number)) / rows - mean * mean;
  };
  const floor = least * Math.max(variance(0, count), 1e-12);
  const cost = (from: number, to: number) => (to - from) * Math.log(Math.max(floor, variance(from, to)));
  let [best, found] = [Number.POSITIVE_INFINITY, 0];
  for (let at = shortest; at <= count - shortest; at++) {
    const both = cost(0, at) + cost(at, count);
    if (both < best) [best, found] = [both, at];
  }
  return found;
}
