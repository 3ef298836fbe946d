import { describe, expect, it } from 'vitest';
import { FrameReader, type TableRules, withoutFillers } from '../../src/index.ts';

/** One channel, a row a value. */
function frameOf(values: readonly number[], rules?: TableRules) {
  const reader = new FrameReader(rules);
  reader.push(`time,a\n${values.map((value, row) => `${row},${value}`).join('\n')}\n`);
  return reader.end();
}

/** Fifty readings, from `least` on, so many apart. */
const readings = (least: number, step: number) =>
  Array.from({ length: 50 }, (_, row) => Number((least + step * (row % 25)).toFixed(3)));

const found = (values: readonly number[]) =>
  (withoutFillers(frameOf(values)).fillers ?? []).map(({ value, rows }) => [value, rows]);

describe('a value that stands for a missing reading', () => {
  it.each([
    ['−999 of a level', readings(2, 0.1), [-999], [[-999, 1]]],
    ['9999 of a temperature', readings(15, 0.5), [9999, 9999], [[9999, 2]]],
    [
      'nines on both sides',
      readings(15, 0.5),
      [-9999, 9999],
      [
        [-9999, 1],
        [9999, 1],
      ],
    ],
    [
      '−999 and −9999',
      readings(0, 0.5),
      [-999, -9999],
      [
        [-999, 1],
        [-9999, 1],
      ],
    ],
    ['a bound of 16 bits', readings(300, 4), [32_767, 32_767], [[32_767, 2]]],
    ['the greatest number of 32 bits', readings(300, 4), [3.4028235e38], [[3.4028235e38, 1]]],
    ['−1 over and over', readings(20, 0.1), [-1, -1, -1], [[-1, 3]]],
    ['999.9 of a share', readings(0, 4), [999.9], [[999.9, 1]]],
  ])('is found: %s', (_, normal, fillers, expected) => {
    expect(found([...normal, ...fillers])).toEqual(expected);
    expect(withoutFillers(frameOf([...normal, ...fillers])).values.slice(normal.length)).toEqual(
      new Float64Array(fillers.length).fill(Number.NaN),
    );
  });

  it.each([
    ['a switch', Array.from({ length: 60 }, (_, row) => row % 2)],
    [
      'a switch that says −1 when it is off',
      Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? 20 : -1)),
    ],
    ['a set-point far above another', [...Array(30).fill(20), ...Array(30).fill(9999)]],
    ['set-points of a recipe', Array.from({ length: 60 }, (_, row) => [20, 21, 22, 999][row % 4] as number)],
    ['a pump that rests', [...readings(1480, 0.4), 0, 0, 0, 0]],
    ['a valve that is opened at once', [...readings(0.1, 0.01), 100, 100, 100]],
    ['a lamp that blinds a sensor of light', [...readings(0, 0.8), 4095, 4095, 4095]],
    ['one outlier', [...readings(2, 0.1), -812.4]],
    ['−1 once', [...readings(20, 0.1), -1]],
    ['−1 near others', [...readings(0, 0.1), -1, -1, -1, -1]],
    ['999 within a span', [...readings(900, 10), 999, 999]],
    ['999 at the end of a span', [...readings(0, 40), 999, 999]],
    ['a level that ends at 99.9', [...readings(0.1, 0.01), 99.9, 99.9, 99.9]],
  ])('is not found in %s', (_, values) => {
    expect(found(values)).toEqual([]);
    expect(withoutFillers(frameOf(values)).values).toEqual(Float64Array.from(values));
  });

  it('is what somebody says, of all channels or of one that there is', () => {
    const values = [...readings(0, 0.1), -1];
    for (const said of [{ value: -1 }, { channel: 'a', value: -1 }])
      expect(frameOf(values, { missing: [said] })).toMatchObject({
        values: Float64Array.from([...values.slice(0, -1), Number.NaN]),
        fillers: [{ channel: 'a', value: -1, rows: 1 }],
      });
    expect(() => frameOf(values, { missing: [{ channel: 'b', value: -1 }] })).toThrow(
      expect.objectContaining({ code: 'measurement/column-missing' }),
    );
  });
});
