import { describe, expect, it } from 'vitest';
import { dynamicPca } from '../../src/detectors/dynamic-pca.ts';
import { lagsOf } from '../../src/detectors/lags.ts';
import { pca } from '../../src/detectors/pca.ts';
import { stateSpace } from '../../src/detectors/state-space.ts';
import { tempered } from '../../src/detectors/tempered.ts';
import { chance } from '../plant.ts';
import { deviates, mean, rowsOf, said, saidOf } from './watched.ts';

it('a row is told apart into what is within the plane of the components and what is not', () => {
  const half = Math.SQRT1_2;
  const model = { lags: 0, variances: Float64Array.of(4), components: Float64Array.of(half, half) };
  const [along, across, both] = said(pca.start(model, 2), [
    [6, 6],
    [1, -1],
    [7, 5],
  ]);
  expect(along?.[0]).toBeCloseTo((6 * Math.SQRT2) / 2, 12);
  expect(along?.[1]).toBeCloseTo(0, 6);
  expect(across?.[0]).toBeCloseTo(0, 12);
  expect(across?.[1]).toBeCloseTo(Math.SQRT2, 12);
  expect(both?.[0]).toBeCloseTo((6 * Math.SQRT2) / 2, 12);
  expect(both?.[1]).toBeCloseTo(Math.SQRT2, 12);
});

it('principal components are learned: two channels of one cause have one', () => {
  const noise = deviates(chance(1));
  const rows = Array.from({ length: 3000 }, () => {
    const cause = noise();
    return [cause + 0.05 * noise(), cause + 0.05 * noise()];
  });
  const { variances, components } = pca.learn(rowsOf(rows));
  expect(variances).toHaveLength(1);
  expect(variances[0]).toBeGreaterThan(1.9);
  expect(Math.abs(components[0] as number)).toBeCloseTo(Math.SQRT1_2, 2);
});

/** A value that the two before it make, or only the last. */
function series(rows: number, first: number, second: number, seed: number): number[][] {
  const noise = deviates(chance(seed));
  let [before, beforeThat] = [0, 0];
  return Array.from({ length: rows }, () => {
    [before, beforeThat] = [first * before + second * beforeThat + 0.5 * noise(), before];
    return [before];
  });
}

it('as many rows before are used as say something', () => {
  expect(lagsOf(rowsOf(series(3000, 0.7, 0, 1)))).toBe(1);
  expect(lagsOf(rowsOf(series(3000, 0.2, 0.7, 2)))).toBe(2);
});

it('dynamic components see rows in an order that never was, each of them usual', () => {
  const rows = Array.from({ length: 4000 }, (_, row) => [Math.sin(row / 8), Math.cos(row / 8)]);
  const normal = rowsOf(rows);
  const backwards = rows.slice(0, 500).toReversed();
  const farthest = (found: Float64Array[]) => Math.max(...found.slice(5).map(([, left]) => left as number));
  expect(farthest(saidOf(dynamicPca, normal, backwards))).toBeGreaterThan(
    4 * farthest(saidOf(dynamicPca, normal, rows.slice(0, 500))),
  );
  const still = saidOf(pca, normal, backwards);
  expect(Math.max(...still.map(([within]) => within as number))).toBeLessThan(2);
});

describe('a plant of two states behind four channels', () => {
  const outputs = [
    [1, 0],
    [0, 1],
    [0.7, 0.7],
    [0.7, -0.7],
  ];
  function plant(rows: number, seed: number, turn = 0.5): number[][] {
    const noise = deviates(chance(seed));
    let state = [0, 0] as [number, number];
    return Array.from({ length: rows }, () => {
      const [one, other] = state;
      const [cosine, sine] = [0.9 * Math.cos(turn), 0.9 * Math.sin(turn)];
      state = [cosine * one - sine * other + 0.4 * noise(), sine * one + cosine * other + 0.4 * noise()];
      return outputs.map(([a = 0, b = 0]) => a * state[0] + b * state[1] + 0.2 * noise());
    });
  }
  const normal = rowsOf(plant(6000, 1));
  const model = stateSpace.learn(normal);
  const heights = (rows: number[][], at: number) =>
    mean(said(stateSpace.start(model, 4), rows).map((each) => each[at] as number));

  it('has two states', () => {
    expect(model.states).toBe(2);
  });

  it('has innovations that are as long as their covariance says', () => {
    const squares = said(stateSpace.start(model, 4), plant(3000, 2)).map(
      ([length]) => (length as number) ** 2,
    );
    expect(mean(squares)).toBeGreaterThan(3.2);
    expect(mean(squares)).toBeLessThan(4.5);
  });

  it('is seen to move otherwise, though each row is usual', () => {
    const usual = heights(plant(3000, 3), 0);
    expect(heights(plant(3000, 3, -0.5), 0)).toBeGreaterThan(1.3 * usual);
  });

  it('is seen to be off by little for long', () => {
    const biased = plant(1000, 4).map((row) =>
      row.map((value, channel) => value + (channel === 2 ? 0.25 : 0)),
    );
    expect(heights(biased, 1)).toBeGreaterThan(1.3 * heights(plant(1000, 4), 1));
  });
});

it('what is far counts for more, but by its logarithm', () => {
  expect([0, -3, 4].map(tempered)).toEqual([0, -3, 4]);
  expect(tempered(4 * Math.E)).toBeCloseTo(8, 12);
  expect(tempered(-4 * Math.E)).toBeCloseTo(-8, 12);
});
