/** A run of rows, both ends in it, counted from 0. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** The runs in which `labels` is not 0, in order. */
export function rangesOf(labels: ArrayLike<number>): RowRange[] {
  const ranges: RowRange[] = [];
  let first = -1;
  for (let row = 0; row <= labels.length; row++) {
    const on = row < labels.length && labels[row] !== 0;
    if (on && first < 0) first = row;
    if (!on && first >= 0) {
      ranges.push({ first, last: row - 1 });
      first = -1;
    }
  }
  return ranges;
}

export function rowsOf(range: RowRange): number {
  return range.last - range.first + 1;
}

/** The rows that two runs have in common. */
export function sharedRows(one: RowRange, other: RowRange): number {
  return Math.max(0, Math.min(one.last, other.last) - Math.max(one.first, other.first) + 1);
}

/** 2 · p · r / (p + r), and 0 where both are. */
export function harmonicMean(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
