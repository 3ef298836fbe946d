import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Cholesky, ShrunkCovariance } from '../src/index.ts';

const tables = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 12 }))
  .chain(([order, rows]) =>
    fc.array(
      fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: order, maxLength: order }),
      { minLength: rows, maxLength: rows },
    ),
  );

/** As in the paper: d² = ‖S − mI‖², b² = min(d², Σ‖xxᵀ − S‖² / n²), and (b²/d²)·m·I + (1 − b²/d²)·S. */
function byDefinition(table: readonly number[][]): number[][] {
  const order = (table[0] as number[]).length;
  const at = (row: readonly number[], i: number) => row[i] as number;
  const square = (matrix: number[][]) => matrix.flat().reduce((sum, each) => sum + each * each, 0);
  const made = (of: (i: number, j: number) => number) =>
    Array.from({ length: order }, (_, i) => Array.from({ length: order }, (_, j) => of(i, j)));
  const sample = made((i, j) => table.reduce((sum, row) => sum + at(row, i) * at(row, j), 0) / table.length);
  const entry = (i: number, j: number) => (sample[i] as number[])[j] as number;
  const mean = sample.reduce((sum, row, i) => sum + at(row, i), 0) / order;
  const distance = square(made((i, j) => entry(i, j) - (i === j ? mean : 0)));
  const spread = table.reduce(
    (sum, row) => sum + square(made((i, j) => at(row, i) * at(row, j) - entry(i, j))),
    0,
  );
  const error = Math.min(distance, spread / table.length ** 2);
  const share = distance === 0 ? 1 : error / distance;
  return made((i, j) => (1 - share) * entry(i, j) + (i === j ? share * mean : 0));
}

it('is as its definition says', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const order = (table[0] as number[]).length;
      const covariance = new ShrunkCovariance(order);
      for (const row of table) covariance.add(Float64Array.from(row));
      const expected = byDefinition(table).flat();
      const scale = Math.max(1, ...expected.map(Math.abs));
      for (const [at, value] of covariance.matrix(1, 0).entries())
        expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-6 * scale);
    }),
  );
});

it('has an inverse, even of fewer rows than columns', () => {
  fc.assert(
    fc.property(tables, (table) => {
      const order = (table[0] as number[]).length;
      const covariance = new ShrunkCovariance(order);
      for (const row of table.slice(0, 2)) covariance.add(Float64Array.from(row));
      expect(() => new Cholesky(covariance.matrix(1, 1e-3), order)).not.toThrow();
    }),
  );
});
