import type { Suspect } from './carriers.ts';

/** Of what is out of place, left if the two are taken for each other: more is no swap. */
const mostLeft = 0.3;
/** Fewer rows may look so by chance. */
const least = 8;
/** An alarm may last for longer than what raised it. */
const most = 64;

/** Two channels of which each said what the other should have said. */
export interface Swap {
  readonly pair: readonly [Suspect, Suspect];
  /** Of what is out of place, explained by it: from 0 to 1. */
  readonly explained: number;
}

/**
 * Looks among those that carry an alarm for two that answer for each other. Both have to: what is told of one sensor alone agrees
 * with another one that measures the same, and is no swap.
 *
 * @param said as it was read: `rows` × channels
 * @param expected the same, as the others say
 * @param began the first row that is not believed
 */
export function swapOf(
  said: Float64Array,
  expected: Float64Array,
  channels: number,
  suspects: readonly Suspect[],
  began: number,
): Swap | undefined {
  const rows = Math.min(said.length / channels, began + most);
  if (rows - began < least) return undefined;
  const apart = (told: number, due: number): number => {
    let [sum, count] = [0, 0];
    for (let row = began; row < rows; row++) {
      const away = (said[row * channels + told] as number) - (expected[row * channels + due] as number);
      if (Number.isNaN(away)) continue;
      sum += away * away;
      count++;
    }
    return sum / count;
  };
  let best: Swap | undefined;
  for (const [at, one] of suspects.entries())
    for (const other of suspects.slice(at + 1)) {
      const left = Math.max(
        apart(other.channel, one.channel) / apart(one.channel, one.channel),
        apart(one.channel, other.channel) / apart(other.channel, other.channel),
      );
      if (left < mostLeft && !(1 - left < (best?.explained ?? 0)))
        best = { pair: [one, other], explained: 1 - left };
    }
  return best;
}
