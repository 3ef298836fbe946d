import type { NormalRows } from '../detectors/detector.ts';
import type { RelationModel } from '../detectors/relation.ts';
import { expectedOf } from './expectation.ts';

/** More channels at once are no matter of single sensors. */
const most = 4;
/** So many are left out by turns to see who is to blame. */
const tried = 5;
/** Mean squares of the residual, in learned ones: less is no cause. */
const least = 4;
/** Of the first channel's: less is what others leave behind. */
const leastShare = 0.15;
/** In learned deviations: what a residual counts at most. */
const loudest = 12;

/** A channel, by its position, and by how much it is out of place, in mean squares. */
export interface Suspect {
  readonly channel: number;
  readonly weight: number;
}

/**
 * The channels that carry an alarm: the one that least goes with the others first; then it is left out, and of what still does
 * not go together the next. So no channel is blamed for being predicted by one that lies.
 *
 * @param first is known to be one of them
 * @param from the first row that may be altered
 */
export function suspectsOf(
  rows: NormalRows,
  model: RelationModel,
  first: number | undefined,
  from: number,
): Suspect[] {
  const found: Suspect[] = [];
  const calm = weightsOf(rows, model, [], model.lags, from);
  for (let round = 0; round < most; round++) {
    const doubted = found.map(({ channel }) => channel);
    const weights = weightsOf(rows, model, doubted, from, rows.rows);
    // What was never calm is no news.
    const excess = weights.map((weight, channel) => weight / Math.max(1, calm[channel] as number));
    for (const channel of doubted) excess[channel] = 0;
    const channel =
      round === 0 && first !== undefined
        ? first
        : excusing(excess, (each) => weightsOf(rows, model, [...doubted, each], from, rows.rows));
    const weight = excess[channel] as number;
    if (round > 0 && (weight < least || weight < leastShare * (found[0] as Suspect).weight)) break;
    found.push({ channel, weight });
  }
  return found;
}

/** Of those that are farthest out of place, the one without which the others go together best. */
function excusing(excess: Float64Array, without: (channel: number) => Float64Array): number {
  const candidates = [...excess.keys()]
    .sort((one, other) => (excess[other] as number) - (excess[one] as number))
    .slice(0, tried);
  const left = candidates.map((channel) =>
    without(channel).reduce((sum, each, other) => (other === channel ? sum : sum + Math.max(0, each - 1)), 0),
  );
  return candidates[left.indexOf(Math.min(...left))] as number;
}

function weightsOf(
  rows: NormalRows,
  model: RelationModel,
  doubted: readonly number[],
  from: number,
  to: number,
): Float64Array {
  const { channels, values } = rows;
  const expected = expectedOf(rows, model, doubted, from);
  const sums = new Float64Array(channels);
  for (let row = from; row < to; row++)
    for (let channel = 0; channel < channels; channel++) {
      const at = row * channels + channel;
      const away =
        ((values[at] as number) - (expected[at] as number)) / (model.deviations[channel] as number);
      sums[channel] = (sums[channel] as number) + Math.min(loudest, Math.abs(away)) ** 2 / (to - from);
    }
  return sums;
}
