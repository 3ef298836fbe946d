import { Cholesky, median } from '@kiten/numerics';

/** A feature that a tracker found in two pictures, in units of the focal length from the middle: x to the right, y down. */
export interface FeatureTrack {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export interface CameraRotation {
  /** rad/s about the camera's axes: right, down, forward. */
  readonly rate: readonly [number, number, number];
  /** How far features are from where the rotation alone would have moved them, typically, in rad/s. */
  readonly spread: number;
}

const rounds = 8;
const leastTracks = 6;

/**
 * How a camera turned between two pictures, from how far things in it moved (Longuet-Higgins & Prazdny, Proc. R. Soc. B 208, 1980): far ones
 * move by rotation alone. What moves by itself or is near counts little (weights by Huber). `undefined` with fewer than six features.
 */
export function rotationOfTracks(
  tracks: readonly FeatureTrack[],
  seconds: number,
): CameraRotation | undefined {
  if (tracks.length < leastTracks || seconds <= 0) return undefined;
  const rows = tracks.map(({ from, to }) => {
    // At the middle of the way the small-angle formula is exact to second order.
    const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    return {
      right: { factors: [x * y, -(1 + x * x), y], moved: (to[0] - from[0]) / seconds },
      down: { factors: [1 + y * y, -x * y, -x], moved: (to[1] - from[1]) / seconds },
    };
  });
  let weights: Float64Array = new Float64Array(tracks.length).fill(1);
  let rate: Float64Array = new Float64Array(3);
  let spread = 0;
  for (let round = 0; round < rounds; round++) {
    const sums = new Float64Array(9);
    const moved = new Float64Array(3);
    for (const [at, row] of rows.entries())
      for (const { factors, moved: flow } of [row.right, row.down])
        for (let i = 0; i < 3; i++) {
          const weighted = (weights[at] as number) * (factors[i] as number);
          moved[i] = (moved[i] as number) + weighted * flow;
          for (let j = 0; j < 3; j++)
            sums[3 * i + j] = (sums[3 * i + j] as number) + weighted * (factors[j] as number);
        }
    for (let i = 0; i < 3; i++) sums[4 * i] = (sums[4 * i] as number) + 1e-9;
    rate = new Cholesky(sums, 3).solve(moved);
    const lengths = rows.map(({ right, down }) =>
      Math.hypot(...[right, down].map(({ factors, moved: flow }) => flow - predicted(factors, rate))),
    );
    spread = 1.4826 * median(lengths);
    weights = Float64Array.from(lengths, (length) => Math.min(1, (1.5 * spread + 1e-9) / (length + 1e-9)));
  }
  return { rate: [rate[0] as number, rate[1] as number, rate[2] as number], spread };
}

const predicted = (factors: readonly number[], rate: Float64Array): number =>
  factors.reduce((sum, factor, at) => sum + factor * (rate[at] as number), 0);

/** rad/s that camera and gyroscope may differ by: calibration, and pictures whose lines are taken one after the other. */
const tolerance = 0.1;

/**
 * How far camera and gyroscope are from saying the same, 1 is an alarm. Sound shakes a gyroscope, a screen or a laser fools a camera; to do
 * both so that they agree takes knowledge of both.
 *
 * @param gyroscope the mean between the two pictures, in the camera's axes
 */
export function cameraAgainstGyroscope(
  { rate, spread }: CameraRotation,
  gyroscope: readonly [number, number, number],
): number {
  const apart = Math.hypot(...rate.map((each, axis) => each - (gyroscope[axis] as number)));
  return apart / (tolerance + spread / 2);
}
