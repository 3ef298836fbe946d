import type { NormalRows } from '../detectors/detector.ts';
import type { RelationModel } from '../detectors/relation.ts';

/** Rounds in which what is expected of several channels is made to agree. */
const rounds = 3;

/**
 * What each channel should have said, by what the others say: rows × channels. A channel that is not believed is not asked, from
 * the row `from` on: neither about the others nor, by its past, about itself. What was not said at all speaks for nothing either.
 * Behind a gap there is no past: until there is one again, what was said is expected.
 *
 * @param isMissing whether a channel said nothing in a row; all did, unless given
 */
export function expectedOf(
  { channels, rows, values, gaps = [] }: NormalRows,
  { lags, weights }: RelationModel,
  doubted: readonly number[],
  from: number,
  isMissing: (row: number, channel: number) => boolean = () => false,
): Float64Array {
  const believed = values.slice();
  const expected = values.slice();
  const order = channels * (lags + 1);
  const pastless = new Set(gaps.flatMap((gap) => Array.from({ length: lags }, (_, lag) => gap + lag)));
  for (let row = lags; row < rows; row++) {
    if (pastless.has(row)) continue;
    const predicted = (channel: number): number => {
      let sum = 0;
      for (let lag = 0, at = channel * order; lag <= lags; lag++)
        for (let other = 0; other < channels; other++, at++)
          sum += (weights[at] as number) * (believed[(row - lag) * channels + other] as number);
      return sum;
    };
    const unasked = row < from ? [] : [...doubted];
    for (let channel = 0; channel < channels; channel++)
      if (isMissing(row, channel) && !unasked.includes(channel)) unasked.push(channel);
    for (let round = 0; round < (unasked.length > 1 ? rounds : 1); round++)
      for (const channel of unasked) believed[row * channels + channel] = predicted(channel);
    for (let channel = 0; channel < channels; channel++)
      expected[row * channels + channel] = predicted(channel);
  }
  return expected;
}
