/** Where a series peaks, and how high. */
export interface Peaks {
  /** Positions in the series, rising. */
  readonly rows: Float64Array;
  readonly heights: Float64Array;
}

/** Rows of calm between two peaks that count as two. */
const calm = 10;

/** Finds the peaks of a series as it comes; what is as low as `floor` is none. */
export class PeakFinder {
  readonly #floor: number;
  readonly #found: (row: number, height: number) => void;
  #peak: number;
  #place: number;

  /**
   * @param from the first row
   * @param found is called with each peak once the rows after it are calm, or there are no more
   */
  constructor(floor: number, from: number, found: (row: number, height: number) => void) {
    this.#floor = floor;
    this.#peak = floor;
    this.#place = from;
    this.#found = found;
  }

  push(row: number, value: number): void {
    if (value > this.#peak) {
      this.#peak = value;
      this.#place = row;
    } else if (row - this.#place >= calm) {
      this.end();
      this.#place = row;
    }
  }

  /** There are no more rows, or the next ones are not near the last. */
  end(): void {
    if (this.#peak > this.#floor) this.#found(this.#place, this.#peak);
    this.#peak = this.#floor;
  }
}

/** The peaks of some rows of a series; what is as low as `floor` is none. */
export function peaksOf(series: Float64Array, floor = 0, from = 0, to = series.length): Peaks {
  const rows: number[] = [];
  const heights: number[] = [];
  const finder = new PeakFinder(floor, from, (row, height) => {
    rows.push(row);
    heights.push(height);
  });
  for (let row = from; row < to; row++) finder.push(row, series[row] as number);
  finder.end();
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
