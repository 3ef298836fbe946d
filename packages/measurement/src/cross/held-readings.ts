import type { RelationModel } from '../detectors/relation.ts';
import type { LearnedDetector, Profile, Resolution } from '../learn/profile.ts';
import type { Frame } from '../series/frame.ts';
import type { JointStream } from './joint-rows.ts';

/** Of all rows: what is rarer is not usual. */
const usualShare = 0.01;
/** In deviations of what the others leave of a channel: by so much it may have changed since it was said, and still be judged. */
const mostChange = 1.5;

/**
 * Streams with the number of rows for which what each channel said may stand in for what it says now.
 *
 * A row takes up what was said last. Where a reading is lost that is an older one, and no check may mistake it for what the
 * sensor says now. It may where that was usual when it was learned, as sensors are sampled apart or seldom change, and as long as
 * a channel changes little, beside what others don't tell of it anyway.
 *
 * @param frame their joint table, and `relation` what was learned from it
 */
export function withRepeats(
  streams: readonly JointStream[],
  every: number,
  frame: Frame,
  relation: Profile,
): JointStream[] {
  const { standard, detectors } = relation.resolutions[0] as Resolution;
  const { deviations: own } = standard;
  const { deviations: left } = (detectors[0] as LearnedDetector).model as RelationModel;
  let place = 0;
  return streams.map((each) => {
    const most = Math.ceil(each.hold / every);
    const repeats = each.channels.map(() => {
      const channel = place++;
      const change = mostChange * (own[channel] as number) * (left[channel] as number);
      return Math.max(usualRun(frame, channel), rowsWithin(frame, channel, change, most));
    });
    return { ...each, repeats };
  });
}

/** For how many rows each sensor may stand still; any number where that was not learned. */
export function repeatsOf(streams: readonly JointStream[]): number[] {
  return streams.flatMap(({ channels, repeats }) =>
    channels.map((_, channel) => repeats?.[channel] ?? Number.POSITIVE_INFINITY),
  );
}

/**
 * A row without what has been held for too long.
 *
 * @param held rows since each sensor said what is in the row
 */
export function withoutHeld(row: Float64Array, held: Uint32Array, repeats: readonly number[]): Float64Array {
  return row.map((value, at) => ((held[at] as number) > (repeats[at] as number) ? Number.NaN : value));
}

/** For so many rows and more it says the same in a hundredth of all rows. */
function usualRun({ channels, rows, values }: Frame, channel: number): number {
  const width = channels.length;
  const counts: number[] = [];
  let run = 0;
  for (let at = channel + width; at < rows * width; at += width) {
    run = values[at] === values[at - width] ? run + 1 : 0;
    counts[run] = (counts[run] ?? 0) + 1;
  }
  let reached = 0;
  for (let most = counts.length - 1; most > 0; most--) {
    reached += counts[most] ?? 0;
    if (reached >= usualShare * rows) return most;
  }
  return 0;
}

/** Within so many rows it changes by no more than that, in the mean of squares. */
function rowsWithin(
  { channels, rows, values }: Frame,
  channel: number,
  change: number,
  most: number,
): number {
  const width = channels.length;
  for (let apart = 1; apart <= most; apart++) {
    let [squares, count] = [0, 0];
    for (let row = apart; row < rows; row++) {
      const by =
        (values[row * width + channel] as number) - (values[(row - apart) * width + channel] as number);
      if (Number.isNaN(by)) continue;
      squares += by ** 2;
      count++;
    }
    if (squares > change ** 2 * count) return apart - 1;
  }
  return most;
}
