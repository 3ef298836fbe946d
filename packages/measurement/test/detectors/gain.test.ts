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

it('the statistic is the score of the slope, the slower held near the faster', () => {
  const rows = sensors(200, 3);
  const found = said(gain.start(model, 3), rows);
  const { weights, deviations, powers } = model;
  const sums = [16, 64].map((memory) => ({ memory, product: 0, square: 0 }));
  let held = 0;
  for (let row = 2; row < rows.length; row++) {
    let expected = 0;
    for (let from = 0; from < 9; from++)
      expected +=
        (weights[from] as number) * ((rows[row - Math.trunc(from / 3)] as number[])[from % 3] as number);
    const left = (((rows[row] as number[])[0] as number) - expected) / (deviations[0] as number);
    const swing = Math.max(-1.5, Math.min(1.5, expected));
    let faster = Number.POSITIVE_INFINITY;
    for (const [place, sum] of sums.entries()) {
      const stays = 1 - 1 / sum.memory;
      const product = stays * sum.product + left * swing;
      sum.square = stays ** 2 * sum.square + swing ** 2;
      const scale = Math.sqrt(sum.square + (0.25 * (powers[0] as number)) / (1 - stays ** 2));
      // Four times the rows, twice the deviations.
      const score = Math.min(Math.abs(product) / scale, 2 * (faster + 1.5));
      if (score < Math.abs(product) / scale) held++;
      sum.product = Math.sign(product) * score * scale;
      faster = score;
      expect(found[row]?.[place * 3]).toBeCloseTo(score, 9);
    }
  }
  expect(held).toBeLessThan(rows.length / 4);
});

it('an outburst of what it is expected from counts no more than a wide swing, and is over soon', () => {
  const burst = (row: number[], at: number) => (at >= 200 && at < 210 ? [40, 0, row[2] as number] : row);
  const calm = said(gain.start(model, 3), sensors(600, 8));
  const found = said(gain.start(model, 3), sensors(600, 8, burst));
  const apart = found.map((each, row) => Math.abs((each[4] as number) - (calm[row]?.[4] as number)));
  expect(Math.max(...apart.slice(200, 215))).toBeGreaterThan(4);
  expect(Math.max(...apart.slice(350))).toBeLessThan(1);
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
