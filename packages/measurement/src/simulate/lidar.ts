import { type Box, crosser } from '../physics/lidar/box.ts';
import { type LidarPoints, pointsOf } from '../physics/lidar/points.ts';

export type LidarAttack =
  /** A laser puts so many points where a car's rear would be. */
  | { readonly kind: 'ghost'; readonly distance: number; readonly azimuth: number; readonly points: number }
  /** What comes back from a sector is dropped, radians from x towards y. */
  | { readonly kind: 'removal'; readonly from: number; readonly to: number };

export interface LidarScene {
  readonly points: LidarPoints;
  /** Cars that are there. */
  readonly cars: readonly Box[];
  /** Where the attacker wants a car to be seen. */
  readonly ghost: Box | undefined;
  /** The points that the attacker drew. */
  readonly drawn: ReadonlySet<number>;
}

/** Of the simulated sensor: metres above the ground, radians between its lines, up from where, how far it sees. */
export const simulatedLidar = {
  height: 1.73,
  lines: 64,
  columns: 450,
  lowest: -0.43,
  highest: 0.035,
  farthest: 80,
};

const car = { length: 4.2, width: 1.75, height: 1.5 };
/** Metres, of a return. */
const noise = 0.02;

/**
 * A simulation, not a recording: 90° of a street with parked and driving cars and walls, seen by a LiDAR of 64 lines with one return each.
 * A point that an attacker adds takes the place of the return of its line (Cao et al., CCS 2019, §4).
 *
 * @param random between 0 and 1
 */
export function simulatedStreet(random: () => number, attack?: LidarAttack): LidarScene {
  const cars = parked(random, attack);
  const walls: Box[] = [-1, 1].map((side) => ({
    ...{ centre: [40, side * (9 + 2 * random()), 1] as const, size: [80, 0.3, 5.4] as const, heading: 0 },
  }));
  const crossers = [...cars, ...walls].map(crosser);
  const points: [number, number, number][] = [];
  const directions: [number, number][] = [];
  const { height, lines, columns, lowest, highest, farthest } = simulatedLidar;
  for (let line = 0; line < lines; line++)
    for (let column = 0; column < columns; column++) {
      const elevation = lowest + ((highest - lowest) * line) / (lines - 1);
      const azimuth = ((column + 0.5) / columns - 0.5) * (Math.PI / 2);
      const [x, y, z] = direction(azimuth, elevation);
      let distance = z < 0 ? height / -z : Number.POSITIVE_INFINITY;
      for (const crossing of crossers)
        distance = Math.min(distance, crossing(x, y, z)?.[0] ?? Number.POSITIVE_INFINITY);
      // Some light never comes back.
      if (distance > farthest || random() < 0.03) continue;
      const told = distance + noise * (random() + random() - 1);
      points.push([x * told, y * told, z * told]);
      directions.push([azimuth, elevation]);
    }
  if (attack === undefined) return { points: pointsOf(points), cars, ghost: undefined, drawn: new Set() };
  if (attack.kind === 'removal') {
    const kept = points.filter((_, at) => {
      const [azimuth] = directions[at] as [number, number];
      return azimuth < attack.from || azimuth > attack.to;
    });
    return { points: pointsOf(kept), cars, ghost: undefined, drawn: new Set() };
  }
  const ghost = ghostBox(attack.distance, attack.azimuth);
  const seen = withGhost(points, directions, ghost, attack.points, random);
  const drawn = new Set([...seen.keys()].filter((at) => seen[at] !== points[at]));
  return { points: pointsOf(seen), cars, ghost, drawn };
}

function parked(random: () => number, attack: LidarAttack | undefined): Box[] {
  const cars: Box[] = [];
  for (const side of [-1, 1])
    for (let x = 8 + 6 * random(); x < 45; x += 6 + 8 * random()) {
      const y = side * (3 + random());
      // The attacker's own car is where none is.
      const ghost = attack?.kind === 'ghost' ? ghostBox(attack.distance, attack.azimuth).centre : undefined;
      if (ghost !== undefined && Math.hypot(ghost[0] - x, ghost[1] - y) < 5) continue;
      cars.push(standing(x, y, 0.15 * (random() - 0.5)));
    }
  return cars;
}

function standing(x: number, y: number, heading: number): Box {
  const { length, width, height } = car;
  return { centre: [x, y, height / 2 - simulatedLidar.height], size: [length, width, height], heading };
}

/** A car whose rear is so far away. */
export function ghostBox(distance: number, azimuth: number): Box {
  const middle = distance + car.length / 2;
  return standing(middle * Math.cos(azimuth), middle * Math.sin(azimuth), azimuth);
}

/** Points spread over the near face of a box, each in place of what its line saw. */
export function withGhost(
  points: readonly (readonly [number, number, number])[],
  directions: readonly (readonly [number, number])[],
  ghost: Box,
  count: number,
  random: () => number,
): (readonly [number, number, number])[] {
  const crossing = crosser(ghost);
  const reached = [...points.keys()].filter((at) => {
    const [azimuth, elevation] = directions[at] as readonly [number, number];
    return crossing(...direction(azimuth, elevation)) !== undefined;
  });
  const taken = new Set<number>();
  while (taken.size < Math.min(count, reached.length))
    taken.add(reached[Math.floor(random() * reached.length)] as number);
  return points.map((point, at) => {
    if (!taken.has(at)) return point;
    const [x, y, z] = direction(...(directions[at] as readonly [number, number]));
    const near = (crossing(x, y, z)?.[0] ?? 0) + 0.1 * random();
    return [x * near, y * near, z * near];
  });
}

function direction(azimuth: number, elevation: number): [number, number, number] {
  const level = Math.cos(elevation);
  return [level * Math.cos(azimuth), level * Math.sin(azimuth), Math.sin(elevation)];
}
