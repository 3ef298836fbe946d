import { type NormalRows, rowOf } from './detector.ts';

const day = 86_400;
const week = 7 * day;
/** Periods between the shortest and the longest that are tried, evenly on a scale of logarithms. */
const tried = 150;
/** Rows that the shortest period has, and how often the longest is seen. */
const leastRows = 8;
const leastTimes = 4;
/** More rows say nothing new of periods. */
const mostRows = 4000;

/** Periods, in seconds, with which readings may come again: day and week where there are enough of them, and the strongest that was found. */
export function periodsOf(normal: NormalRows): number[] {
  const { times, rows } = normal;
  if (times === undefined || rows < leastRows * leastTimes) return [];
  const span = (times[rows - 1] as number) - (times[0] as number);
  const interval = span / (rows - 1);
  const isSeen = (period: number): boolean => period >= leastRows * interval && period <= span / leastTimes;
  const strongest = strongestOf(normal, leastRows * interval, span / leastTimes);
  return [day, week, strongest].filter((period) => period > 0 && isSeen(period));
}

/** Where the periodogram, summed over channels, is highest. */
function strongestOf(normal: NormalRows, shortest: number, longest: number): number {
  const times = normal.times as Float64Array;
  const step = Math.max(1, Math.trunc(normal.rows / mostRows));
  let [best, most] = [0, 0];
  const cosines = new Float64Array(normal.channels);
  const sines = new Float64Array(normal.channels);
  for (let at = 0; at < tried; at++) {
    const period = shortest * (longest / shortest) ** (at / (tried - 1));
    if (period < (2 * step * shortest) / leastRows) continue;
    cosines.fill(0);
    sines.fill(0);
    for (let row = 0; row < normal.rows; row += step) {
      const angle = (2 * Math.PI * (times[row] as number)) / period;
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      const values = rowOf(normal, row);
      for (let channel = 0; channel < values.length; channel++) {
        cosines[channel] = (cosines[channel] as number) + (values[channel] as number) * cosine;
        sines[channel] = (sines[channel] as number) + (values[channel] as number) * sine;
      }
    }
    let power = 0;
    for (let channel = 0; channel < cosines.length; channel++)
      power += (cosines[channel] as number) ** 2 + (sines[channel] as number) ** 2;
    if (power > most) [best, most] = [period, power];
  }
  return best;
}
