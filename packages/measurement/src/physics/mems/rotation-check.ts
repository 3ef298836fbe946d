/** What a gyroscope and an accelerometer say in the same axes. */
export interface InertialReadings {
  /** Seconds, rising. */
  readonly times: Float64Array;
  /** rad/s about three axes. */
  readonly gyroscope: readonly [Float64Array, Float64Array, Float64Array];
  /** m/s² along them, as felt: what lies still feels gravity upwards. */
  readonly accelerometer: readonly [Float64Array, Float64Array, Float64Array];
}

export interface RotationResidual {
  readonly time: number;
  /** Degrees by which gravity turned otherwise than the gyroscope says. */
  readonly degrees: number;
}

/** Seconds over which a turn is compared, and over which gravity is averaged at its ends. */
const span = 1;
const ends = 0.1;
/** Felt acceleration of another amount is not gravity alone. */
const gravity = 9.81;
const tolerance = 0.5;

type Vector = readonly [number, number, number];

/**
 * Gravity turns in the sensor's axes as the sensor turns in the world. A sound that moves the gyroscope moves no gravity, and one that moves
 * the accelerometer turns no gyroscope (Son et al., “Rocking Drones with Intentional Sound Noise on Gyroscopic Sensors”, USENIX Security
 * 2015, §3). What turns about the vertical is not seen. Moments at which the device is pushed are left out.
 */
export function rotationResiduals({ times, gyroscope, accelerometer }: InertialReadings): RotationResidual[] {
  const felt = averaged(times, accelerometer);
  const found: RotationResidual[] = [];
  let from = 0;
  for (let row = 1; row < times.length; row++) {
    const time = times[row] as number;
    if (time - (times[from] as number) < span) continue;
    const [before, now] = [felt(from), felt(row)];
    if (isGravity(before) && isGravity(now)) {
      let turned = unit(before);
      for (let at = from; at < row; at++) {
        const seconds = (times[at + 1] as number) - (times[at] as number);
        const rate = gyroscope.map((axis) => (axis[at] as number) * seconds) as unknown as Vector;
        turned = turnedBack(turned, rate);
      }
      found.push({ time, degrees: (angle(turned, unit(now)) * 180) / Math.PI });
    }
    // Half a span on.
    while ((times[from] as number) < time - span / 2) from++;
  }
  return found;
}

/** The mean of what was felt just before a row. */
function averaged(times: Float64Array, axes: InertialReadings['accelerometer']): (row: number) => Vector {
  return (row) => {
    let first = row;
    while (first > 0 && (times[row] as number) - (times[first - 1] as number) <= ends) first--;
    const mean = (axis: Float64Array) =>
      axis.subarray(first, row + 1).reduce((sum, each) => sum + each, 0) / (row + 1 - first);
    return [mean(axes[0]), mean(axes[1]), mean(axes[2])];
  };
}

function isGravity(vector: Vector): boolean {
  return Math.abs(Math.hypot(...vector) - gravity) <= tolerance;
}

/** A direction that stands still in the world, after the sensor turned by so many radians (Rodrigues). */
function turnedBack(direction: Vector, turn: Vector): Vector {
  const amount = Math.hypot(...turn);
  if (amount === 0) return direction;
  const axis = turn.map((each) => -each / amount) as unknown as Vector;
  const [sine, cosine] = [Math.sin(amount), Math.cos(amount)];
  const across = cross(axis, direction);
  const along = dot(axis, direction) * (1 - cosine);
  return direction.map(
    (each, at) => each * cosine + (across[at] as number) * sine + (axis[at] as number) * along,
  ) as unknown as Vector;
}

const dot = (one: Vector, other: Vector): number => one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
const cross = (one: Vector, other: Vector): Vector => [
  one[1] * other[2] - one[2] * other[1],
  one[2] * other[0] - one[0] * other[2],
  one[0] * other[1] - one[1] * other[0],
];
const unit = (vector: Vector): Vector => {
  const length = Math.hypot(...vector);
  return [vector[0] / length, vector[1] / length, vector[2] / length];
};
const angle = (one: Vector, other: Vector): number =>
  Math.atan2(Math.hypot(...cross(one, other)), dot(one, other));
