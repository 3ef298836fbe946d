import { select } from '@kiten/numerics';

/** The values that a sensor can say: multiples of a step, beside an offset. A step of 0: any value. */
export interface Grid {
  readonly step: number;
  readonly offset: number;
}

/** Values that lie on no grid, for all that can be seen. */
export const noGrid: Grid = { step: 0, offset: 0 };

/** Fewer different values make no grid: a switch has two. */
const leastValues = 8;
/** How far from the grid values may lie, in steps, by what they are rounded to when they are written. */
const tolerance = 0.1;
/** A wider span has more steps than rounding errors allow to count. */
const mostSteps = 1 << 24;

/**
 * The grid of a quantised series: the least distance between two of its values, made more precise by all others, if nearly
 * all of them lie on it.
 */
export function gridOf(values: Float64Array): Grid {
  const ascending = values.filter((value) => Number.isFinite(value)).sort();
  const least = (ascending[0] ?? 0) as number;
  const span = ((ascending.at(-1) ?? 0) as number) - least;
  const distances = distancesOf(ascending, 1e-12 * (Math.abs(least) + span));
  if (distances.length < leastValues) return noGrid;
  let step = smallest(distances);
  if (!(span / step < mostSteps)) return noGrid;
  // A step that is a little wrong is far off after many: each round trusts it over four times as far.
  for (let reach = 4; ; reach *= 4) {
    step = refined(ascending, least, step, reach);
    if (reach > span / step) break;
  }
  let [squares, sum] = [0, 0];
  for (const value of ascending) {
    const away = offGrid(value, { step, offset: least });
    sum += away / ascending.length;
    squares += away ** 2 / ascending.length;
  }
  const offset = least + sum * step;
  return Math.sqrt(squares) > tolerance ? noGrid : { step, offset };
}

/** How far a value is from the nearest of a grid, in steps, from −½ to ½. */
export function offGrid(value: number, { step, offset }: Grid): number {
  const steps = (value - offset) / step;
  return steps - Math.round(steps);
}

function distancesOf(ascending: Float64Array, same: number): Float64Array {
  const distances = new Float64Array(ascending.length);
  let count = 0;
  for (let at = 1; at < ascending.length; at++) {
    const distance = (ascending[at] as number) - (ascending[at - 1] as number);
    if (distance > same) distances[count++] = distance;
  }
  return distances.subarray(0, count);
}

/** The mean of those that are one step, as far as rounding lets see. */
function smallest(distances: Float64Array): number {
  const bound = 1.4 * select(distances.slice(), Math.trunc(distances.length / 50));
  const single = distances.filter((distance) => distance <= bound);
  return single.reduce((sum, distance) => sum + distance / single.length, 0);
}

/** Least squares over the values within so many steps of the least. */
function refined(ascending: Float64Array, least: number, step: number, reach: number): number {
  let [squares, products] = [0, 0];
  for (const value of ascending) {
    const steps = Math.round((value - least) / step);
    if (steps > reach) break;
    squares += steps * steps;
    products += steps * (value - least);
  }
  return squares === 0 ? step : products / squares;
}
