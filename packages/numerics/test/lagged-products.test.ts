import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gram, LaggedProducts } from '../src/index.ts';

const lags = 3;
const tables = fc.integer({ min: 1, max: 4 }).chain((width) => {
  const value = fc.double({ min: -10, max: 10, noNaN: true });
  const table = fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 14 });
  return fc.record({ width: fc.constant(width), parts: fc.array(table, { minLength: 1, maxLength: 4 }) });
});
const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());

/** Every joined row, added by itself. */
function oneByOne(rows: readonly (readonly number[])[], width: number, before: number): Gram {
  const gram = new Gram(width * (before + 1));
  for (let row = before; row < rows.length; row++)
    gram.add(flat(rows.slice(row - before, row + 1).toReversed()));
  return gram;
}

function expectAlike(found: Gram, expected: Gram): void {
  expect(found.rows).toBe(expected.rows);
  for (const [at, value] of expected.matrix().entries())
    expect(Math.abs((found.matrix()[at] as number) - value)).toBeLessThan(1e-11);
}

describe('products of rows and those before them', () => {
  it('are what joined rows add up to, for each number of rows before', () => {
    fc.assert(
      fc.property(tables, ({ width, parts }) => {
        const rows = parts.flat();
        const products = LaggedProducts.of(flat(rows), width, lags);
        for (let before = 0; before <= lags; before++)
          expectAlike(products.gram(before), oneByOne(rows, width, before));
      }),
    );
  });

  it('are the same of tables that follow each other as of one, however short they are', () => {
    fc.assert(
      fc.property(tables, ({ width, parts }) => {
        const products = parts
          .map((part) => LaggedProducts.of(flat(part), width, lags))
          .reduce((one, other) => one.followedBy(other));
        for (let before = 0; before <= lags; before++)
          expectAlike(products.gram(before), oneByOne(parts.flat(), width, before));
      }),
    );
  });
});

it('the mean square of a weighted sum of columns is what their products say', () => {
  const weights = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(tables, weights, ({ width, parts }, all) => {
      const [rows, own] = [parts.flat(), all.slice(0, width)];
      const sums = rows.map((row) => row.reduce((sum, each, at) => sum + each * (own[at] as number), 0));
      const expected = sums.reduce((sum, each) => sum + each * each, 0) / Math.max(1, rows.length);
      const found = oneByOne(rows, width, 0).meanSquare(Float64Array.from(own));
      expect(Math.abs(found - expected)).toBeLessThan(1e-10);
    }),
  );
});
