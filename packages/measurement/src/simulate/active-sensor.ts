import { gaussian } from '@kiten/numerics';
import type { Schedule } from '../physics/active/challenge.ts';

export interface ActiveAttack {
  /** How strong it is heard, as the echo is. */
  readonly amplitude: number;
  /** Samples that it takes to notice that the sensor sends, or no longer; ∞: it doesn't look. */
  readonly reaction: number;
  /** The first sample. */
  readonly from: number;
}

/**
 * A simulation, not a recording: what an active sensor of an echo of 1 hears.
 *
 * @param noise its standard deviation
 * @param random between 0 and 1
 */
export function simulatedEchoes(
  schedule: Schedule,
  noise: number,
  random: () => number,
  attack?: ActiveAttack,
): Float64Array {
  const normal = gaussian(random);
  return Float64Array.from(schedule, (isSent, at) => {
    const seen =
      attack === undefined || attack.reaction === Number.POSITIVE_INFINITY
        ? 1
        : (schedule[at - attack.reaction] ?? 1);
    const attacked = attack !== undefined && at >= attack.from && seen === 1 ? attack.amplitude : 0;
    return isSent + attacked + noise * normal();
  });
}
