import { type Box, crosser, insideOf } from './box.ts';
import type { LidarPoints } from './points.ts';

/** How a claimed object stands in the way of light. */
export interface Opacity {
  /** Returns from within. */
  readonly inside: number;
  /** Returns from behind it, on lines that go through. */
  readonly behind: number;
  /** Returns from before it, on lines towards it: what hides it. */
  readonly before: number;
  /** behind / (behind + inside): a solid thing lets little through; NaN where no line reaches it. */
  readonly penetration: number;
  /** Which share of its space light was seen to cross. */
  readonly freeSpace: number;
}

/** Metres. */
const cell = 0.4;
const step = 0.2;
/** What is this far within the far side counts as inside: the box of a detector is no more exact. */
const slack = 0.3;

/**
 * Occlusion and free space of a claimed object (CARLO: Sun et al., “Towards Robust LiDAR-based Perception in Autonomous Driving”, USENIX
 * Security 2020, §6): an attacker adds some dozens of points, and the lines between them still go through. Solid things stop them.
 */
export function opacityOf({ count, x, y, z }: LidarPoints, box: Box): Opacity {
  const crossing = crosser(box);
  const cells = box.size.map((length) => Math.max(1, Math.round(length / cell))) as [number, number, number];
  const free = new Uint8Array(cells[0] * cells[1] * cells[2]);
  let [inside, behind, before] = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    const [px, py, pz] = [x[at] as number, y[at] as number, z[at] as number];
    const distance = Math.hypot(px, py, pz);
    if (distance === 0) continue;
    const found = crossing(px / distance, py / distance, pz / distance);
    if (found === undefined) continue;
    const [near, far] = found;
    if (distance < near - slack) before++;
    else if (distance > far + slack) behind++;
    else inside++;
    const to = Math.min(far, distance - slack);
    for (let along = near + step / 2; along < to; along += step) {
      const place = insideOf(box, (px / distance) * along, (py / distance) * along, (pz / distance) * along);
      let index = 0;
      for (let axis = 0; axis < 3; axis++) {
        const share = (place[axis] as number) / (box.size[axis] as number) + 0.5;
        const number = cells[axis] as number;
        index = index * number + Math.min(number - 1, Math.max(0, Math.floor(share * number)));
      }
      free[index] = 1;
    }
  }
  return {
    ...{ inside, behind, before, penetration: behind / (behind + inside) },
    freeSpace: free.reduce((sum, each) => sum + each, 0) / free.length,
  };
}
