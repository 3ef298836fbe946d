import { describe, expect, it } from 'vitest';
import {
  chance,
  clustersIn,
  implausibleMotion,
  judgeObject,
  type LidarAttack,
  missingSectors,
  opacityOf,
  pointsFromKitti,
  pointsOf,
  shadowFullness,
  simulatedLidar,
  simulatedStreet,
} from '../../src/index.ts';

const { height } = simulatedLidar;
const street = (seed: number, attack?: LidarAttack) => simulatedStreet(chance(seed), attack);

describe('a car that a detector sees in a point cloud', () => {
  it('that is there stops light, leaves its space unseen, and has a shadow', () => {
    for (const seed of [1, 2]) {
      const { points, cars } = street(seed);
      const judged = cars.map((car) => judgeObject(points, car, height));
      expect(judged.filter(({ check }) => check !== 'hidden').length).toBeGreaterThan(2);
      for (const { severity } of judged) expect(severity).toBeLessThan(0.5);
    }
  });

  it.each([60, 200])('that %s points of a laser draw lets light through', (points) => {
    for (const seed of [1, 2]) {
      const scene = street(seed, { kind: 'ghost', distance: 8, azimuth: 0.02, points });
      if (scene.ghost === undefined) throw new Error('There is no ghost.');
      const { severity, opacity } = judgeObject(scene.points, scene.ghost, height);
      expect(severity).toBeGreaterThan(1);
      expect(opacity.freeSpace).toBeGreaterThan(0.8);
      // The attack is one: a cluster is where no car is.
      const near = clustersIn(scene.points, height).some(
        ({ box }) => Math.hypot(box.centre[0] - 8, box.centre[1]) < 1.5,
      );
      expect(near).toBe(true);
    }
  });

  it('of which next to nothing is seen is not judged', () => {
    const behind = { centre: [300, 0, -1] as const, size: [4, 2, 1.5] as const, heading: 0 };
    expect(judgeObject(street(1).points, behind, height)).toMatchObject({ severity: 0, check: 'hidden' });
  });
});

describe('what light does at a box', () => {
  const box = { centre: [10, 0, 0] as const, size: [4, 2, 2] as const, heading: 0 };

  it('is counted as before, inside or behind it, on lines that meet it', () => {
    const points = pointsOf([
      [8.1, 0, 0],
      [5, 0.1, 0],
      [20, 0, 0.5],
      [20, 0, 0.2],
      [10, 5, 0],
      [0, 0, 0],
    ]);
    expect(opacityOf(points, box)).toMatchObject({ before: 1, inside: 1, behind: 2, penetration: 2 / 3 });
    expect(opacityOf(pointsOf([[10, 5, 0]]), box).penetration).toBeNaN();
  });

  it('does not depend on which way the sensor’s axes point', () => {
    const turn = 0.7;
    const rotated = (x: number, y: number, z: number): [number, number, number] => [
      Math.cos(turn) * x - Math.sin(turn) * y,
      Math.sin(turn) * x + Math.cos(turn) * y,
      z,
    ];
    const random = chance(4);
    const points = Array.from(
      { length: 300 },
      () => [4 + 20 * random(), 6 * (random() - 0.5), 2 * (random() - 0.5)] as const,
    );
    const turned = { ...box, centre: rotated(10, 0, 0), heading: turn };
    const [one, other] = [
      opacityOf(pointsOf(points), box),
      opacityOf(pointsOf(points.map((each) => rotated(...each))), turned),
    ];
    expect(other).toMatchObject({ before: one.before, inside: one.inside, behind: one.behind });
    expect(other.freeSpace).toBeCloseTo(one.freeSpace, 1);
    expect(one.behind).toBeGreaterThan(10);
  });

  it('leaves the ground behind it dark', () => {
    const ground = Array.from(
      { length: 4000 },
      (_, at) => [6 + (at % 100) / 5, (Math.floor(at / 100) - 20) / 4, -height] as const,
    );
    const low = { centre: [9, 0, -height + 0.75] as const, size: [2, 2, 1.5] as const, heading: 0 };
    expect(shadowFullness(pointsOf(ground), low, height)).toBeGreaterThan(0.7);
    const lit = ground.filter(([x, y]) => x < 8 || Math.abs(y / x) > 0.13);
    expect(shadowFullness(pointsOf(lit), low, height)).toBe(0);
    expect(shadowFullness(pointsOf([]), low, height)).toBeNaN();
  });
});

describe('what is taken out of a point cloud', () => {
  it('takes the ground with it', () => {
    expect(missingSectors(street(3).points)).toEqual([]);
    const [sector, ...others] = missingSectors(street(3, { kind: 'removal', from: -0.1, to: 0.05 }).points);
    expect(others).toEqual([]);
    expect(sector?.from).toBeCloseTo(-0.1, 1);
    expect(sector?.to).toBeCloseTo(0.05, 1);
  });
});

describe('a track', () => {
  const drive = (speed: number, seconds = 1) =>
    Array.from({ length: 10 * seconds }, (_, at) => ({ time: at / 10, x: 30 + (speed * at) / 10, y: 3 }));

  it('of a car is plausible, with what a tracker is uncertain by', () => {
    const random = chance(2);
    expect(implausibleMotion(drive(30), true)).toEqual(new Set());
    const unsteady = drive(30).map(({ time, x, y }) => ({
      time,
      x: x + random() - 0.5,
      y: y + random() - 0.5,
    }));
    expect(implausibleMotion(unsteady, true)).toEqual(new Set());
  });

  it.each([
    ['is faster than any car', drive(110), 'speed'],
    ['turns back at once', [...drive(30), { time: 1, x: 52, y: 3 }], 'acceleration'],
    ['begins in front of the bonnet', [{ time: 0, x: 6, y: 0 }], 'appearance'],
  ] as const)('is not, where it %s', (_, track, why) => {
    expect(implausibleMotion(track, true)).toContain(why);
  });

  it('may begin anywhere, when the tracker does', () => {
    expect(implausibleMotion([{ time: 0, x: 6, y: 0 }], false)).toEqual(new Set());
    expect(implausibleMotion([], true)).toEqual(new Set());
  });
});

describe('a file of KITTI', () => {
  it('has four floats a point', () => {
    const view = new DataView(new ArrayBuffer(32));
    for (const [at, value] of [1, 2, 3, 0.5, -4, 5, -6, 0].entries()) view.setFloat32(4 * at, value, true);
    const bytes = new Uint8Array(view.buffer);
    expect(pointsFromKitti(bytes)).toEqual({
      count: 2,
      x: Float32Array.of(1, -4),
      y: Float32Array.of(2, 5),
      z: Float32Array.of(3, -6),
    });
    expect(() => pointsFromKitti(bytes.subarray(0, 30))).toThrow(
      expect.objectContaining({ code: 'measurement/points-malformed' }),
    );
  });
});
