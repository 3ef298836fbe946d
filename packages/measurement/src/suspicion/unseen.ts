import { columnOf, inject, spreadOfKnown } from '../inject/inject.ts';
import { Judge, type JudgeOptions } from '../judge.ts';
import type { Profile } from '../learn/profile.ts';
import type { Frame } from '../series/frame.ts';

/** What could be added to one channel without an alarm, at most, in its own unit; 0: nothing that was tried. */
export interface Unseen {
  /** Added at once, upwards and downwards. */
  readonly bias: readonly [up: number, down: number];
  /** The same where it grows evenly: at its end. */
  readonly drift: readonly [up: number, down: number];
  /** For so many rows. */
  readonly rows: number;
}

/** Rows that are judged before anything is added, and rows in which it is, at least. */
const least = { before: 40, during: 20 };
/** In deviations of the channel: what is nothing, and what is not worth looking beyond. */
const [nearest, farthest] = [1 / 64, 64];
/** Halvings of the ratio between what is seen and what is not; the last one is a step of 3 %. */
const halvings = 8;

/**
 * How large a bias and a drift of one channel would have stayed below the alarm, added to calm readings and rounded to the
 * grid of the sensor. A search: more may be possible in another shape.
 *
 * @param calm readings without an alarm, with the channels of the profile
 * @param rows how long it is added, at the end of the readings; less where they are few
 * @returns `undefined` if they are too few, raise an alarm as they are, or the channel stands still in them
 */
export function unseenOn(
  profile: Profile,
  calm: Frame,
  channel: number,
  rows: number,
  options: JudgeOptions = {},
): Unseen | undefined {
  const during = Math.min(rows, calm.rows - Math.max(least.before, Math.trunc(calm.rows / 2)));
  if (during < least.during || worstOf(profile, calm, options) >= 1) return undefined;
  const { mean, deviation } = spreadOfKnown(columnOf(calm, channel).filter((value) => !Number.isNaN(value)));
  if (!(deviation > 1e-9 * Math.abs(mean))) return undefined;
  const isUnseen = (kind: 'bias' | 'drift', size: number): boolean => {
    const name = calm.channels[channel] as string;
    const from = calm.rows - during;
    const told = inject(calm, { kind, channel: name, from, rows: during, size }, () => 0.5);
    return worstOf(profile, told, options) < 1;
  };
  const largest = (kind: 'bias' | 'drift', sign: number): number =>
    deviation * bisected((size) => isUnseen(kind, sign * size));
  const ways = (kind: 'bias' | 'drift') => [largest(kind, 1), largest(kind, -1)] as const;
  return { bias: ways('bias'), drift: ways('drift'), rows: during };
}

/** The largest size that holds, if what is larger than it does not. */
function bisected(holds: (size: number) => boolean): number {
  if (holds(farthest)) return farthest;
  let [unseen, seen, found] = [nearest, farthest, 0];
  for (let halving = 0; halving < halvings; halving++) {
    const size = Math.sqrt(unseen * seen);
    if (holds(size)) [unseen, found] = [size, size];
    else seen = size;
  }
  return found;
}

function worstOf(
  profile: Profile,
  { rows, values, times, timeColumn }: Frame,
  options: JudgeOptions,
): number {
  const judge = new Judge(profile, options);
  const width = profile.channels.length;
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const time = timeColumn === undefined ? undefined : times[row];
    const { severity } = judge.push(values.subarray(row * width, (row + 1) * width), time);
    worst = Math.max(worst, severity);
  }
  return worst;
}
