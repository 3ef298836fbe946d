import { Cholesky, Gram } from '@kiten/numerics';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { innovationLags, innovationWeights } from '../../src/detectors/innovations.ts';
import { rowsOf } from './watched.ts';

/** The regression of what changed on the four changes before, with all of them written down. */
function byDefinition(values: readonly number[]): number[] {
  const changes = values.filter((value, at) => value !== (values[at - 1] ?? 0));
  const order = innovationLags + 1;
  const gram = new Gram(order);
  for (let last = innovationLags; last < changes.length; last++)
    gram.add(Float64Array.from({ length: order }, (_, back) => changes[last - back] as number));
  const present = new Cholesky(gram.matrix(1e-6), order).inverse();
  return Array.from(
    { length: innovationLags },
    (_, lag) => -(present[lag + 1] as number) / (present[0] as number),
  );
}

it('a channel is predicted from its own changes, whatever it repeats between them', () => {
  const value = fc.integer({ min: -20, max: 20 }).map((each) => each / 8);
  const row = fc.tuple(value, value);
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat({ max: 3 }), (rows, often) => {
      const normal = rowsOf(
        rows.length === 0 ? [[0, 0]] : rows.flatMap((each) => Array(often + 1).fill(each)),
      );
      const found = innovationWeights(normal);
      const columns = [0, 1].map((channel) => rows.map((each) => each[channel] as number));
      const expected = columns.flatMap(byDefinition);
      for (const [at, weight] of expected.entries()) expect(found[at]).toBeCloseTo(weight, 6);
    }),
  );
});
