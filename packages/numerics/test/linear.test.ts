import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cholesky, Gram, symmetricEigen } from '../src/index.ts';

const order = 6;
/** A covariance of random rows, with a ridge that keeps it positive definite. */
const covariance = fc
  .array(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: order, maxLength: order }), {
    minLength: 3,
    maxLength: 20,
  })
  .map((rows) => {
    const gram = new Gram(order);
    for (const row of rows) gram.add(Float64Array.from(row));
    return gram.matrix(0.5);
  });
const product = (one: Float64Array, other: Float64Array): number[] =>
  Array.from({ length: order * order }, (_, at) => {
    const [row, column] = [Math.trunc(at / order), at % order];
    let sum = 0;
    for (let k = 0; k < order; k++)
      sum += (one[row * order + k] as number) * (other[k * order + column] as number);
    return sum;
  });
const identity = Array.from({ length: order * order }, (_, at) => (at % (order + 1) === 0 ? 1 : 0));
const closeTo = (found: readonly number[], wanted: readonly number[], within: number): void => {
  for (const [at, value] of found.entries())
    expect(Math.abs(value - (wanted[at] as number))).toBeLessThan(within);
};

describe('Cholesky', () => {
  it('inverts what is positive definite', () =>
    fc.assert(
      fc.property(covariance, (matrix) =>
        closeTo(product(matrix, new Cholesky(matrix, order).inverse()), identity, 1e-6),
      ),
    ));

  it('makes independent values of variance 1', () =>
    fc.assert(
      fc.property(covariance, (matrix) => {
        // Whitening the columns of the matrix twice, from both sides, leaves the identity.
        const cholesky = new Cholesky(matrix, order);
        const half = Array.from({ length: order }, (_, row) =>
          cholesky.whiten(matrix.slice(row * order, (row + 1) * order)),
        );
        const both = Array.from({ length: order }, (_, column) =>
          cholesky.whiten(Float64Array.from(half, (row) => row[column] as number)),
        );
        closeTo(
          both.flatMap((column) => [...column]),
          identity,
          1e-6,
        );
      }),
    ));

  it('refuses what is not', () => {
    expect(() => new Cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
      expect.objectContaining({ code: 'numerics/not-positive-definite', detail: { row: 1 } }),
    );
  });
});

describe('eigenvalues', () => {
  it('come in falling order, with vectors that the matrix only stretches', () =>
    fc.assert(
      fc.property(covariance, (matrix) => {
        const { values, vectors } = symmetricEigen(matrix, order);
        for (const [at, value] of values.entries()) {
          if (at > 0) expect(value).toBeLessThanOrEqual((values[at - 1] as number) + 1e-9);
          for (let row = 0; row < order; row++) {
            let sum = 0;
            for (let k = 0; k < order; k++)
              sum += (matrix[row * order + k] as number) * (vectors[at * order + k] as number);
            expect(Math.abs(sum - value * (vectors[at * order + row] as number))).toBeLessThan(1e-6);
          }
        }
      }),
    ));

  it('are those of a textbook', () => {
    const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    closeTo([...values], [3, 1], 1e-12);
  });
});
