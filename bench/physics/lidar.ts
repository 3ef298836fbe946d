import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Box,
  chance,
  clustersIn,
  ghostBox,
  judgeObject,
  type LidarPoints,
  missingSectors,
  opacityOf,
  pointsFromKitti,
  pointsOf,
  simulatedLidar,
  simulatedStreet,
  withGhost,
} from '@kiten/measurement';
import { print } from '../figure.ts';

const runs = 20;
const { height } = simulatedLidar;
/** What the simplest detector asks for: so many points close to each other. */
const leastPoints = 30;

/** Length, width, height; middle; heading: the six cars of training frame 8 of KITTI by its labels (Geiger et al., CVPR 2012), in the LiDAR's axes. */
const labelled: readonly Box[] = (
  [
    [3.23, 1.57, 1.6, 3.95, 2.7, -1.02, -0.281],
    [3.68, 1.5, 1.57, 8.13, 1.17, -0.945, -3.471],
    [3.08, 1.44, 1.39, 6.42, -3.81, -1.025, -0.261],
    [3.66, 1.6, 1.47, 14.71, -1.07, -0.895, -0.321],
    [4.08, 1.63, 1.7, 33.47, -7.24, -0.78, -3.521],
    [2.47, 1.59, 1.59, 20.23, -8.48, -1.035, -0.321],
  ] as const
).map(([length, width, tall, x, y, z, heading]) => ({
  centre: [x, y, z],
  size: [length, width, tall],
  heading,
}));

export function physicsOfLidar(folder: string | undefined): void {
  if (folder !== undefined && existsSync(join(folder, 'lidar/kitti_000008.bin')))
    recorded(pointsFromKitti(new Uint8Array(readFileSync(join(folder, 'lidar/kitti_000008.bin')))));
  simulated();
}

function recorded(points: LidarPoints): void {
  const real = labelled.map((car) => judgeObject(points, car, height).severity);
  print({
    figure: 'recorded street, six real cars: highest score, 1 is an alarm',
    value: Math.max(...real),
    unit: 'of 1',
  });
  print({
    figure: 'recorded street: sectors whose ground is missing',
    value: missingSectors(points).length,
    unit: 'sectors',
  });
  const all = Array.from({ length: points.count }, (_, at): [number, number, number] => [
    points.x[at] as number,
    points.y[at] as number,
    points.z[at] as number,
  ]);
  const directions = all.map(([x, y, z]): [number, number] => [
    Math.atan2(y, x),
    Math.atan2(z, Math.hypot(x, y)),
  ]);
  for (const count of [60, 200]) {
    const severities: number[] = [];
    for (let seed = 1; severities.length < runs && seed < 100 * runs; seed++) {
      const random = chance(seed);
      const ghost = ghostBox(5 + 10 * random(), 0.8 * (random() - 0.5));
      if (!isFree(points, ghost)) continue;
      const attacked = pointsOf(withGhost(all, directions, ghost, count, random));
      severities.push(judgeObject(attacked, ghost, height).severity);
    }
    const found = severities.filter((severity) => severity >= 1).length / severities.length;
    const rounds = severities.length;
    print({
      figure: `recorded street, ${count} simulated points of a car where none is: alarms`,
      value: found,
      unit: 'of 1',
      rounds,
    });
    print({
      figure: `recorded street, ${count} points: lowest score`,
      value: Math.min(...severities),
      unit: 'of 1',
      rounds,
    });
  }
}

/** Nothing stands there, and nothing hides it. */
function isFree(points: LidarPoints, box: Box): boolean {
  const raised = { ...box, centre: [box.centre[0], box.centre[1], box.centre[2] + 0.4] as const };
  const { inside, before, behind } = opacityOf(points, raised);
  return behind > 100 && inside < 0.03 * behind && before < 0.1 * behind;
}

function simulated(): void {
  const calm = Array.from({ length: runs }, (_, seed) => simulatedStreet(chance(seed + 1)));
  const cars = calm.flatMap(({ points, cars: real }) => real.map((car) => judgeObject(points, car, height)));
  const called = cars.filter(({ severity }) => severity >= 1).length / cars.length;
  print({ figure: 'simulated streets, real cars: alarms', value: called, unit: 'of 1', rounds: cars.length });
  print({
    figure: 'simulated streets: frames with missing ground, nothing removed',
    ...{
      value: calm.filter(({ points }) => missingSectors(points).length > 0).length / runs,
      unit: 'of 1',
      rounds: runs,
    },
  });
  for (const points of [60, 200]) {
    let [found, believed] = [0, 0];
    for (let seed = 1; seed <= runs; seed++) {
      const random = chance(1000 + seed);
      const attack = {
        kind: 'ghost' as const,
        distance: 6 + 9 * random(),
        azimuth: 0.2 * (random() - 0.5),
        points,
      };
      const { points: seen, ghost } = simulatedStreet(chance(seed), attack);
      if (ghost === undefined) continue;
      if (judgeObject(seen, ghost, height).severity >= 1) found++;
      const near = clustersIn(seen, height, leastPoints).some(
        ({ box }) => Math.hypot(box.centre[0] - ghost.centre[0], box.centre[1] - ghost.centre[1]) < 3.5,
      );
      if (near) believed++;
    }
    print({
      figure: `simulated streets, ghost of ${points} points: alarms`,
      value: found / runs,
      unit: 'of 1',
      rounds: runs,
    });
    print({
      figure: `simulated streets, ghost of ${points} points: believed by who asks for ${leastPoints} points in a heap`,
      ...{ value: believed / runs, unit: 'of 1', rounds: runs },
    });
  }
  const removed = Array.from({ length: runs }, (_, seed) => {
    const from = 0.8 * (chance(seed + 1)() - 0.5);
    return missingSectors(
      simulatedStreet(chance(seed + 1), { kind: 'removal', from, to: from + 0.15 }).points,
    );
  });
  const found = removed.filter((sectors) => sectors.length === 1).length / runs;
  print({ figure: 'simulated streets, 9° removed: alarms', value: found, unit: 'of 1', rounds: runs });
}
