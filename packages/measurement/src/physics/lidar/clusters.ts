import type { Box } from './box.ts';
import type { LidarPoints } from './points.ts';

/** Metres. */
const cell = 0.4;
const aboveGround = 0.3;
/** Higher things are not on the road. */
const highest = 2.6;
const headings = 30;

/** A heap of points that hang together, above the ground. */
export interface Cluster {
  readonly points: number;
  /** The smallest upright box around it: what can be seen of a thing. */
  readonly box: Box;
}

/**
 * What stands on the ground, by points that are close to each other. The ground is taken to be level.
 *
 * @param sensorHeight metres above the ground
 */
export function clustersIn(points: LidarPoints, sensorHeight: number, leastPoints = 20): Cluster[] {
  const cells = new Map<string, number[]>();
  for (let at = 0; at < points.count; at++) {
    const height = (points.z[at] as number) + sensorHeight;
    if (height < aboveGround || height > highest) continue;
    const key = keyOf(
      Math.floor((points.x[at] as number) / cell),
      Math.floor((points.y[at] as number) / cell),
    );
    const known = cells.get(key);
    if (known === undefined) cells.set(key, [at]);
    else known.push(at);
  }
  const found: Cluster[] = [];
  const seen = new Set<string>();
  for (const start of cells.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const open = [start];
    const members: number[] = [];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      members.push(...(cells.get(key) ?? []));
      const [column, row] = key.split(' ').map(Number) as [number, number];
      for (const next of neighbours(column, row))
        if (cells.has(next) && !seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
    }
    if (members.length >= leastPoints)
      found.push({ points: members.length, box: boxAround(points, members, sensorHeight) });
  }
  return found;
}

const keyOf = (column: number, row: number): string => `${column} ${row}`;

function neighbours(column: number, row: number): string[] {
  return [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((up) => keyOf(column + right, row + up)));
}

/** Of all headings that whose rectangle is the smallest. */
function boxAround({ x, y, z }: LidarPoints, members: readonly number[], sensorHeight: number): Box {
  const heights = members.map((at) => z[at] as number);
  const top = Math.max(...heights);
  let best: Box | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < headings; turn++) {
    const heading = (turn / headings) * (Math.PI / 2);
    const [cosine, sine] = [Math.cos(heading), Math.sin(heading)];
    const along = members.map((at) => cosine * (x[at] as number) + sine * (y[at] as number));
    const across = members.map((at) => cosine * (y[at] as number) - sine * (x[at] as number));
    const [back, front, right, left] = [
      Math.min(...along),
      Math.max(...along),
      Math.min(...across),
      Math.max(...across),
    ];
    const area = (front - back + 0.1) * (left - right + 0.1);
    if (area >= least) continue;
    least = area;
    const [forward, side] = [(front + back) / 2, (left + right) / 2];
    best = {
      centre: [cosine * forward - sine * side, sine * forward + cosine * side, (top - sensorHeight) / 2],
      size: [front - back, left - right, top + sensorHeight],
      heading,
    };
  }
  return best as Box;
}
