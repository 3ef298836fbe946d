import type { Box } from './box.ts';
import type { LidarPoints } from './points.ts';

/** Metres that a shadow is looked at behind its thing, at most. */
const longest = 8;
/** Metres around the box that don't count. */
const margin = 0.3;

/**
 * How full of returns the shadow of a claimed object is, against the strips of the same width to its left and right: a solid thing of some
 * height has none on the ground right behind it (Hau et al., “Shadow-Catcher”, ESORICS 2021). 0: empty, 1: as full as beside it; NaN where
 * nothing comes from beside it either.
 *
 * @param sensorHeight metres above the ground
 */
export function shadowFullness(points: LidarPoints, box: Box, sensorHeight: number): number {
  const corners = cornersOf(box);
  const ranges = corners.map(([x, y]) => Math.hypot(x, y));
  const middle = Math.atan2(box.centre[1], box.centre[0]);
  const turns = corners.map(([x, y]) => between(Math.atan2(y, x) - middle));
  const half = Math.max(...turns.map(Math.abs));
  const far = Math.max(...ranges) + margin;
  const top = Math.max(box.centre[2] + box.size[2] / 2, -sensorHeight + 0.1);
  // Light over the top edge meets the ground there; never, where the thing is higher than the sensor.
  const ends = top >= 0 ? Number.POSITIVE_INFINITY : (far * sensorHeight) / -top;
  const to = Math.min(far + longest, far + 0.8 * (ends - far));
  let [within, beside] = [0, 0];
  for (let at = 0; at < points.count; at++) {
    const [x, y, z] = [points.x[at] as number, points.y[at] as number, points.z[at] as number];
    const range = Math.hypot(x, y);
    // Only the ground: what stands behind may look over.
    if (range < far || range > to || z > -sensorHeight + 0.4) continue;
    const turn = Math.abs(between(Math.atan2(y, x) - middle));
    // Edges are blurred.
    if (turn < 0.8 * half) within++;
    else if (turn > 1.2 * half && turn < 2 * half) beside++;
  }
  return beside === 0 ? Number.NaN : within / beside;
}

function cornersOf({ centre, size, heading }: Box): (readonly [number, number])[] {
  const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
  return [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ].map(([along, across]) => {
    const [forward, left] = [((along as number) * size[0]) / 2, ((across as number) * size[1]) / 2];
    return [centre[0] + cosine * forward - sine * left, centre[1] + sine * forward + cosine * left];
  });
}

/** An angle between −π and π. */
function between(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
