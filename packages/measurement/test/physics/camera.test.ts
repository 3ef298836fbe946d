import { describe, expect, it } from 'vitest';
import {
  type CameraPlan,
  cameraAgainstGyroscope,
  chance,
  rotationOfTracks,
  simulatedTracks,
} from '../../src/index.ts';

type Rate = CameraPlan['rate'];
const judged = (seed: number, plan: Partial<CameraPlan>, lie: number) => {
  const random = chance(seed);
  const rate: Rate = [random() - 0.5, random() - 0.5, random() - 0.5];
  const found = rotationOfTracks(
    simulatedTracks({ rate, seconds: 0.05, features: 80, ...plan }, random),
    0.05,
  );
  if (found === undefined) throw new Error('There are too few features.');
  return cameraAgainstGyroscope(found, [rate[0] + lie, rate[1], rate[2]]);
};

describe('a camera and a gyroscope', () => {
  it.each([
    ['that stands', {}],
    ['that walks', { speed: [0, 0, 1.4] }],
    ['before which a third of things moves', { moving: 0.3 }],
  ] as const)('agree in a device %s, and differ where one of them is lied to', (_, plan) => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(judged(seed, plan, 0)).toBeLessThan(0.5);
      expect(judged(seed, plan, 0.5)).toBeGreaterThan(1);
    }
  });

  it('agree in a car, and differ where the lie is larger than what things near by move', () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(judged(seed, { speed: [0, 0, 14] }, 0)).toBeLessThan(0.8);
      expect(judged(seed, { speed: [0, 0, 14] }, 2)).toBeGreaterThan(1);
    }
  });

  it('turn as a picture that is turned', () => {
    const places = [-0.5, -0.2, 0.1, 0.4].flatMap((x) => [-0.3, 0, 0.3].map((y) => [x, y] as const));
    const turn = 0.02;
    // About the forward axis: what is to the right goes up when the camera turns clockwise.
    const tracks = places.map(([x, y]) => ({
      from: [x, y] as const,
      to: [Math.cos(turn) * x + Math.sin(turn) * y, Math.cos(turn) * y - Math.sin(turn) * x] as const,
    }));
    const found = rotationOfTracks(tracks, 0.1);
    expect(found?.rate[0]).toBeCloseTo(0, 6);
    expect(found?.rate[1]).toBeCloseTo(0, 6);
    expect(found?.rate[2]).toBeCloseTo(0.2, 4);
    expect(rotationOfTracks(tracks.slice(0, 5), 0.1)).toBeUndefined();
  });
});
