/** Where a series peaks, and how high. */
export interface Peaks {
  /** Positions in the series, rising. */
  readonly rows: Float64Array;
  readonly heights: Float64Array;
}

/** Rows of calm between two peaks that count as two. */
const calm = 10;

/** The peaks of some rows of a series; what is as low as `floor` is none. */
export function peaksOf(series: Float64Array, floor = 0, from = 0, to = series.length): Peaks {
  const rows: number[] = [];
  const heights: number[] = [];
  let [peak, place] = [floor, from];
  const close = (): void => {
    if (peak <= floor) return;
    rows.push(place);
    heights.push(peak);
    peak = floor;
  };
  for (let row = from; row < to; row++) {
    const value = series[row] as number;
    if (value > peak) [peak, place] = [value, row];
    else if (row - place >= calm) {
      close();
      place = row;
    }
  }
  close();
  return { rows: Float64Array.from(rows), heights: Float64Array.from(heights) };
}

/** So many of the highest, in their order. */
export function highestOf({ rows, heights }: Peaks, most: number): Peaks {
  if (heights.length <= most) return { rows, heights };
  const least = heights.toSorted().at(-most) as number;
  const places = [...heights.keys()].filter((at) => (heights[at] as number) >= least).slice(0, most);
  return {
    rows: Float64Array.from(places, (at) => rows[at] as number),
    heights: Float64Array.from(places, (at) => heights[at] as number),
  };
}

/** How many peaks several series have together from a height of each on; those near each other are one. */
export function countApart(all: readonly (readonly [Peaks, height: number])[]): number {
  const rows = all
    .flatMap(([peaks, least]) => [...peaks.rows].filter((_, at) => (peaks.heights[at] as number) >= least))
    .sort((one, other) => one - other);
  let [count, before] = [0, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    if (row - before >= calm) count++;
    before = row;
  }
  return count;
}
