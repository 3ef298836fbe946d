import { describe, expect, it } from 'vitest';
import { allan } from '../../src/detectors/allan.ts';
import { Octaves } from '../../src/detectors/octaves.ts';
import { chance } from '../plant.ts';
import { deviates, mean, rowsOf, said, saidOf } from './watched.ts';

/** Of each level. */
function deviationsOf(values: readonly number[], levels: number, base: number): number[] {
  const octaves = new Octaves(1, levels, base);
  const squares = Array.from({ length: levels }, (): number[] => []);
  for (const value of values) {
    const found = octaves.push(Float64Array.of(value));
    for (let level = 0; level < found; level++)
      squares[level]?.push((octaves.differences[level]?.[0] as number) ** 2);
  }
  return squares.map((each) => Math.sqrt(mean(each.filter((square) => !Number.isNaN(square))) / 2));
}

describe('the Allan deviation', () => {
  it('is that of the nine frequencies of NBS Monograph 140, Annex 8.E (NIST SP 1065, tables 29 and 30)', () => {
    const [one, two] = deviationsOf([892, 809, 823, 798, 671, 644, 883, 903, 677], 2, 2);
    expect(one).toBeCloseTo(91.22945, 5);
    expect(two).toBeCloseTo(115.8082, 4);
  });

  it('is that of the thousand frequencies of NIST SP 1065, §12.4 (table 31)', () => {
    let state = 1_234_567_890;
    const values = Array.from({ length: 1000 }, () => {
      const value = state / 2_147_483_647;
      state = (16_807 * state) % 2_147_483_647;
      return value;
    });
    const [one, ten, hundred] = deviationsOf(values, 3, 10);
    expect(one).toBeCloseTo(2.922319e-1, 7);
    expect(ten).toBeCloseTo(9.965736e-2, 8);
    expect(hundred).toBeCloseTo(3.897804e-2, 8);
  });
});

/** Noise of variance 1: white, or with a spectrum that falls by the frequency or by its square (Kasdin's filter, IEEE Proceedings 83(5), 1995). */
function noise(rows: number, exponent: 0 | 1 | 2, seed: number): number[] {
  const normal = deviates(chance(seed));
  const reach = 400;
  const filter = [1];
  for (let at = 1; at < reach; at++) filter.push((filter[at - 1] as number) * ((at - 1 + exponent / 2) / at));
  const length = Math.sqrt(filter.reduce((sum, each) => sum + each * each, 0));
  const white = Array.from({ length: rows + reach }, normal);
  return Array.from(
    { length: rows },
    (_, row) =>
      filter.reduce((sum, each, at) => sum + each * (white[row + reach - at] as number), 0) / length,
  );
}

describe('the colour of noise', () => {
  const [white, flicker, walk] = ([0, 1, 2] as const).map((exponent) => noise(4000, exponent, 5 + exponent));
  const column = (values: readonly number[] = []) => values.map((value) => [value]);
  const normal = rowsOf(column(white));
  const exponentOf = (found: Float64Array[]) => mean(found.slice(1000).map(([each]) => each as number));

  it('is told from that of white noise by how the variance goes with the averaging time', () => {
    expect(exponentOf(saidOf(allan, normal, column(flicker)))).toBeGreaterThan(0.6);
    expect(exponentOf(saidOf(allan, normal, column(flicker)))).toBeLessThan(1.1);
    expect(exponentOf(saidOf(allan, normal, column(walk)))).toBeGreaterThan(1.5);
  });

  it('is the same of white noise, as seldom off as its limit says', () => {
    const found = saidOf(allan, normal, column(noise(6000, 0, 9)));
    const [{ leastLimit = 0 } = {}] = allan.start({ floors: new Float64Array(5) }, 1).statistics;
    const over = found.filter(([each]) => (each as number) > leastLimit).length;
    expect(over / found.length).toBeLessThan(0.01);
  });

  it('is another of a sensor in its place with the same variance, also in what moves by itself', () => {
    const cause = noise(8000, 2, 11).map((each) => 3 * each);
    const noisy = (own: number[], from: number) =>
      column(own.map((each, row) => 0.3 * each + (cause[row + from] as number)));
    const learned = rowsOf(noisy(noise(4000, 0, 21), 0));
    const model = allan.learn(learned);
    const usual = said(allan.start(model, 1), noisy(noise(4000, 0, 22), 4000));
    const limit = Math.max(0.34, ...usual.map(([each]) => each as number));
    const other = said(allan.start(model, 1), noisy(noise(4000, 1, 23), 4000)).slice(500);
    const over = other.filter(([each]) => (each as number) > limit).length;
    expect(over / other.length).toBeGreaterThan(0.5);
  });

  it('does not change with how loud it is, nor by a jump, and a channel that stands still has none', () => {
    const most = (found: Float64Array[]) => Math.max(...found.map(([each]) => each as number));
    const louder = saidOf(allan, normal, column(white?.map((each) => 3 * each)));
    expect(most(louder.slice(1000))).toBeLessThan(0.5);
    const jumped = saidOf(allan, normal, column(white?.map((each, row) => each + (row < 2000 ? 0 : 40))));
    const usual = saidOf(allan, normal, column(white));
    const more = jumped.map(([each], row) => (each as number) - (usual[row]?.[0] as number));
    expect(Math.max(...more)).toBeLessThan(0.21);
    const still = rowsOf(Array.from({ length: 500 }, () => [1]));
    expect(most(saidOf(allan, still, column(white)))).toBe(0);
  });
});
