/** Rounds, in powers of two of the length, after which the values are taken to be against it. */
const mostRounds = 3;

/**
 * Puts the values in an order in which those below a rank are no larger than it, and those above no smaller (Hoare, “Algorithm 65:
 * Find”, Communications of the ACM 4(7), 1961): as much of a sort as an order statistic needs.
 *
 * @param values in place; none is NaN
 * @param rank from 0 on
 * @returns the value of that rank
 */
export function select(values: Float64Array, rank: number): number {
  let [from, to] = [0, values.length - 1];
  let rounds = mostRounds * Math.ceil(Math.log2(values.length + 1));
  while (from < to) {
    if (rounds-- === 0) {
      values.subarray(from, to + 1).sort();
      break;
    }
    const pivot = middle(values[from] as number, values[(from + to) >> 1] as number, values[to] as number);
    let [low, high] = [from, to];
    while (low <= high) {
      while ((values[low] as number) < pivot) low++;
      while ((values[high] as number) > pivot) high--;
      if (low > high) break;
      const value = values[low] as number;
      values[low++] = values[high] as number;
      values[high--] = value;
    }
    if (rank <= high) to = high;
    else if (rank >= low) from = low;
    else break;
  }
  return values[rank] as number;
}

function middle(one: number, other: number, third: number): number {
  return Math.max(Math.min(one, other), Math.min(Math.max(one, other), third));
}
