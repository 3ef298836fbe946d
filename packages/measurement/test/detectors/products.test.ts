import { describe, expect, it } from 'vitest';
import { joinedRows, type NormalRows, someRows } from '../../src/detectors/detector.ts';
import { detectorKinds } from '../../src/detectors/kinds.ts';
import { chance } from '../plant.ts';
import { deviates, rowsOf } from './watched.ts';

const noise = deviates(chance(5));
let state = 0;
const rows = Array.from({ length: 1200 }, () => {
  state = 0.9 * state + noise();
  return [state + 0.3 * noise(), 2 * state + 0.3 * noise(), noise()];
});
const cuts = [0, 2, 400, 1199, 1200];

/** Rows of which nothing is known but themselves, and the same in parts. */
const whole = rowsOf(rows);
const parts = joinedRows(cuts.slice(1).map((to, at) => someRows(whole, cuts[at] as number, to)));

function numbersOf(model: object): number[] {
  return Object.values(model).flatMap((each) =>
    each instanceof Float64Array ? [...each] : [each as number],
  );
}

describe('rows that are joined', () => {
  it('are the rows that they were taken apart from', () => {
    const { parts: _, ...joined } = parts;
    expect(joined).toEqual(whole);
  });

  it.each(['relation', 'gain', 'pca', 'dynamic-pca', 'state-space'])(
    'teach %s what they teach as one',
    (name) => {
      const learned = (normal: NormalRows) => numbersOf(detectorKinds.get(name)?.learn(normal) ?? {});
      const [found, expected] = [learned(parts), learned(whole)];
      expect(found).toHaveLength(expected.length);
      expect(expected.length).toBeGreaterThan(3);
      for (const [at, value] of expected.entries())
        expect(Math.abs((found[at] as number) - value)).toBeLessThan(1e-9);
    },
  );
});
