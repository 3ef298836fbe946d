/**
 * The deviation of what changes from row to row and not slowly: of white noise its deviation, by second differences, whose
 * variance is six times as large.
 */
export function jitterOf(values: Float64Array): number {
  let sum = 0;
  for (let at = 2; at < values.length; at++) {
    const second = (values[at] as number) - 2 * (values[at - 1] as number) + (values[at - 2] as number);
    sum += second * second;
  }
  return Math.sqrt(sum / 6 / Math.max(1, values.length - 2));
}
