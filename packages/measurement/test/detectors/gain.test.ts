import { Cholesky, Gram } from '@kiten/numerics';
import { expect, it } from 'vitest';
import { gain } from '../../src/detectors/gain.ts';
import { chance } from '../plant.ts';
import { deviates, mean, rowsOf, said, saidOf } from './watched.ts';

/** Two sensors of one thing that swings around 0, and a third of nothing. */
function sensors(rows: number, seed: number, alter = (row: number[], _: number) => row): number[][] {
  const noise = deviates(chance(seed));
  let cause = 0;
  return Array.from({ length: rows }, (_, at) => {
    cause = 0.9 * cause + Math.sqrt(1 - 0.81) * noise();
    return alter([cause + 0.3 * noise(), cause + 0.3 * noise(), noise()], at);
  });
}

const normal = rowsOf(sensors(6000, 1));
const model = gain.learn(normal);
const farthest = (found: Float64Array[], at: number) => Math.max(...found.map((each) => each[at] as number));

it('what is expected of a channel is the regression on all others and their past, without its own', () => {
  const order = 7;
  // A ridge is what each of them may be off by itself: as much in the columns as in the inverse of the whole.
  const gram = new Gram(order);
  for (let row = 2; row < normal.rows; row++) {
    const joined = [0, 1, 2].flatMap((lag) =>
      [1, 2].map((channel) => normal.values[(row - lag) * 3 + channel] as number),
    );
    gram.add(Float64Array.from([...joined, normal.values[row * 3] as number]));
  }
  const matrix = gram.matrix(0.005);
  const covariance = new Float64Array(36);
  for (let i = 0; i < 6; i++)
    for (let j = 0; j < 6; j++) covariance[i * 6 + j] = matrix[i * order + j] as number;
  const regressed = new Cholesky(covariance, 6).solve(matrix.slice(36 + 6, 36 + 12));
  const learned = [0, 1, 2].flatMap((lag) => [...model.weights.slice(lag * 3, lag * 3 + 3)]);
  for (const lag of [0, 1, 2]) {
    expect(learned[lag * 3]).toBe(0);
    expect(learned[lag * 3 + 1]).toBeCloseTo(regressed[lag * 2] as number, 8);
    expect(learned[lag * 3 + 2]).toBeCloseTo(regressed[lag * 2 + 1] as number, 8);
  }
});

it('the statistic is the score of the slope, summed up anew for each row', () => {
  const rows = sensors(200, 3);
  const found = said(gain.start(model, 3), rows);
  const { weights, deviations, powers } = model;
  for (const [place, memory] of [16, 64].entries())
    for (const end of [10, 199]) {
      let [product, square] = [0, 0];
      for (let row = 2; row <= end; row++) {
        let expected = 0;
        for (let from = 0; from < 9; from++)
          expected +=
            (weights[from] as number) * ((rows[row - Math.trunc(from / 3)] as number[])[from % 3] as number);
        const left = ((rows[row] as number[])[0] as number) - expected;
        const fades = (1 - 1 / memory) ** (end - row);
        product += (fades * left * expected) / (deviations[0] as number);
        square += fades ** 2 * expected ** 2;
      }
      const least = (0.25 * (powers[0] as number)) / (1 - (1 - 1 / memory) ** 2);
      expect(found[end]?.[place * 3]).toBeCloseTo(Math.abs(product) / Math.sqrt(square + least), 9);
    }
});

it('a channel that nothing is expected of has no gain', () => {
  expect(model.powers[2]).toBe(0);
  expect(farthest(said(gain.start(model, 3), sensors(1000, 4)), 2)).toBe(0);
});

it('a sensor that swings half as far again is seen', () => {
  const louder = (row: number[]) => row.map((value, channel) => (channel === 1 ? 1.5 * value : value));
  const usual = saidOf(gain, normal, sensors(3000, 5));
  const altered = saidOf(gain, normal, sensors(600, 6, louder));
  const average = (found: Float64Array[], at: number) =>
    mean(found.slice(100).map((each) => each[at] as number));
  expect(average(altered, 4)).toBeGreaterThan(3 * average(usual, 4));
  expect(farthest(altered, 4)).toBeGreaterThan(farthest(usual, 4));
});
