import { gaussian } from '@kiten/numerics';
import type { FeatureTrack } from '../physics/camera/rotation.ts';

export interface CameraPlan {
  /** rad/s about the camera's axes. */
  readonly rate: readonly [number, number, number];
  /** Between two pictures. */
  readonly seconds: number;
  readonly features: number;
  /** m/s along the camera's axes. */
  readonly speed?: readonly [number, number, number];
  /** Which share of the features moves by itself. */
  readonly moving?: number;
}

/** Of a feature's place, in focal lengths: a third of a pixel of 800. */
const noise = 0.0004;

/**
 * A simulation, not a recording: features 5 to 80 m away, in a camera that turns and moves.
 *
 * @param random between 0 and 1
 */
export function simulatedTracks(
  { rate, seconds, features, speed = [0, 0, 0], moving = 0 }: CameraPlan,
  random: () => number,
): FeatureTrack[] {
  const normal = gaussian(random);
  return Array.from({ length: features }, () => {
    const depth = 5 * 16 ** random();
    const [x, y] = [1.2 * (random() - 0.5), 0.9 * (random() - 0.5)];
    const start = [x * depth, y * depth, depth] as const;
    const away = random() < moving ? [2 * normal(), 0.3 * normal(), 2 * normal()] : [0, 0, 0];
    const shifted = start.map(
      (each, axis) => each + ((away[axis] as number) - (speed[axis] as number)) * seconds,
    );
    const [px, py, pz] = turned(shifted as [number, number, number], rate, seconds);
    const told = (value: number) => value + noise * normal();
    return { from: [told(x), told(y)], to: [told(px / pz), told(py / pz)] };
  });
}

/** Where a point is in the axes of a camera that turned (Rodrigues). */
function turned(
  point: readonly [number, number, number],
  rate: readonly [number, number, number],
  seconds: number,
): [number, number, number] {
  const amount = Math.hypot(...rate) * seconds;
  if (amount === 0) return [...point];
  const [a, b, c] = rate.map((each) => (-each * seconds) / amount) as [number, number, number];
  const [x, y, z] = point;
  const [sine, cosine] = [Math.sin(amount), Math.cos(amount)];
  const along = (a * x + b * y + c * z) * (1 - cosine);
  return [
    x * cosine + (b * z - c * y) * sine + a * along,
    y * cosine + (c * x - a * z) * sine + b * along,
    z * cosine + (a * y - b * x) * sine + c * along,
  ];
}
