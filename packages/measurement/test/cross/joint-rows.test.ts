import { describe, expect, it } from 'vitest';
import { type Frame, JointRows, joiningOf, jointFrame, type StreamTable } from '../../src/index.ts';

function table(stream: string, interval: number, phase: number, values: readonly number[]): StreamTable {
  const frame: Frame = {
    ...{ channels: ['x'], rows: values.length, values: Float64Array.from(values), interval },
    times: Float64Array.from(values, (_, at) => phase + at * interval),
    ...{ timeColumn: 'time', labels: new Map(), leftOut: [] },
  };
  return { stream, frame };
}

describe('streams that are sampled at different moments', () => {
  it('have what each said last at the moments of the slowest', () => {
    const tables = [table('a', 10, 0, [1, 2, 3, 4]), table('b', 5, 2, [10, 11, 12, 13, 14, 15, 16, 17])];
    const joining = joiningOf(tables);
    expect(joining.every).toBe(10);
    const joint = jointFrame(tables, joining);
    expect(joint.channels).toEqual(['a#x', 'b#x']);
    expect([...joint.times]).toEqual([10, 20, 30]);
    expect([...joint.values]).toEqual([2, 11, 3, 13, 4, 15]);
  });

  it('miss what is older than three of its intervals', () => {
    const joint = new JointRows(
      [
        { stream: 'a', channels: ['x'], hold: 30 },
        { stream: 'b', channels: ['y'], hold: 30 },
      ],
      10,
    );
    const rows: number[][] = [];
    const keep = (_: number, row: Float64Array) => void rows.push([...row]);
    joint.take('a', 0, Float64Array.of(1));
    for (let at = 0; at <= 60; at += 10) {
      joint.take('b', at, Float64Array.of(at));
      joint.advance(at, keep);
    }
    expect(rows.map(([a]) => a)).toEqual([1, 1, 1, Number.NaN, Number.NaN, Number.NaN]);
    expect(rows.at(-1)?.[1]).toBe(60);
  });

  it('do not fill a night in which nobody said anything with rows', () => {
    const joint = new JointRows(
      [
        { stream: 'a', channels: ['x'], hold: 30 },
        { stream: 'b', channels: ['y'], hold: 30 },
      ],
      10,
    );
    let rows = 0;
    joint.take('a', 0, Float64Array.of(1));
    joint.advance(1e9, () => rows++);
    expect(rows).toBeLessThan(6);
  });

  it('pass over what comes late, and what no stream of theirs says', () => {
    const joint = new JointRows(
      [
        { stream: 'a', channels: ['x'], hold: 30 },
        { stream: 'b', channels: ['y'], hold: 30 },
      ],
      10,
    );
    joint.take('a', 5, Float64Array.of(5));
    joint.take('a', 4, Float64Array.of(4));
    joint.take('c', 6, Float64Array.of(6));
    joint.advance(10, (_, row) => expect([...row]).toEqual([5, Number.NaN]));
    expect.assertions(1);
  });

  it('need a column of time, and are two sensors at least', () => {
    const { frame } = table('a', 10, 0, [1]);
    expect(() => joiningOf([{ stream: 'a', frame: { ...frame, timeColumn: undefined } }])).toThrow(
      expect.objectContaining({ code: 'measurement/cross-times' }),
    );
    expect(() => new JointRows([{ stream: 'a', channels: ['x'], hold: 1 }], 1)).toThrow(
      expect.objectContaining({ code: 'measurement/cross-too-many' }),
    );
  });
});
