import type { Frame } from '../series/frame.ts';
import type { JointStream } from './joint-rows.ts';

/**
 * Streams with the number of rows for which each channel stood still at most in their joint table: 0 where each row said
 * something new.
 *
 * A row takes up what was said last. Where a reading is lost that is an older one, and no check may mistake it for what
 * the sensor says now; where sensors are sampled apart, or seldom change, standing still is usual.
 */
export function withRepeats(streams: readonly JointStream[], frame: Frame): JointStream[] {
  let place = 0;
  return streams.map((each) => {
    const repeats = each.channels.map((_, channel) => longestRun(frame, place + channel));
    place += each.channels.length;
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
 * A row without what has been held for longer than is usual.
 *
 * @param held rows since each sensor said what is in the row
 */
export function withoutHeld(row: Float64Array, held: Uint32Array, repeats: readonly number[]): Float64Array {
  return row.map((value, at) => ((held[at] as number) > (repeats[at] as number) ? Number.NaN : value));
}

function longestRun({ channels, rows, values }: Frame, channel: number): number {
  const width = channels.length;
  let [run, most] = [0, 0];
  for (let at = channel + width; at < rows * width; at += width) {
    run = values[at] === values[at - width] ? run + 1 : 0;
    if (run > most) most = run;
  }
  return most;
}
