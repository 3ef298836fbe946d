import { describe, expect, it } from 'vitest';
import type { Contradiction } from '../src/api/relations.ts';
import { linkStanding, type MapParts, relationMap } from '../src/readings/relation-map.ts';

const check = 'equal a/x#one b/x#one c/x#one';
const parts: MapParts = {
  sensors: ['a/x#one', 'a/x#two', 'b/x#one', 'c/x#one'],
  links: [
    { check, sensors: ['a/x#one', 'b/x#one', 'c/x#one'] },
    { check: 'sum a/x#two b/x#one c/x#one', sensors: ['a/x#two', 'b/x#one', 'c/x#one'] },
  ],
  declared: [check],
  standing: [{ check, severity: 0.4 }],
};
const suspect = (sensor: string, probability: number) => ({
  ...{ sensor, device: sensor.slice(0, 1), probability, since: 1, kind: 'bias', confidence: 0.9 },
  ...{ said: 1, expected: 2, reasons: [] },
});
const alarm = (isTold: boolean): Contradiction => ({
  ...{ began: 1, since: 1, severity: 3, tier: 'warning', isTold, devices: [] },
  sensors: [suspect('b/x#one', 0.9), suspect('c/x#one', 0.2)] as Contradiction['sensors'],
  broken: [{ check, severity: 3 }],
});
const standings = (known: MapParts) => relationMap(known).sensors.map(({ standing }) => standing);

describe('the picture of a relation', () => {
  it('has each sensor beneath its stream, from top to bottom', () => {
    const { streams, sensors, height } = relationMap(parts);
    expect(streams.map(({ stream }) => stream)).toEqual(['a/x', 'b/x', 'c/x']);
    expect(sensors.map(({ channel }) => channel)).toEqual(['one', 'two', 'one', 'one']);
    const heights = [...streams, ...sensors].map(({ y }) => y);
    expect(new Set(heights).size).toBe(7);
    expect(Math.max(...heights)).toBeLessThan(height);
  });

  it('draws what is equal from one to the next, and a whole to each of its parts', () => {
    const { arcs, sensors } = relationMap(parts);
    const y = (at: number) => sensors[at]?.y as number;
    const ends = arcs.map(({ path }) =>
      path
        .match(/^M190 (\d+)C.* 190 (\d+)$/)
        ?.slice(1)
        .map(Number),
    );
    expect(ends).toEqual([
      [y(0), y(2)],
      [y(2), y(3)],
      [y(1), y(2)],
      [y(1), y(3)],
    ]);
  });

  it('tells who is told to lie from who may, and from all others', () => {
    expect(standings(parts)).toEqual(['calm', 'calm', 'calm', 'calm']);
    expect(standings({ ...parts, alarm: alarm(true) })).toEqual(['calm', 'calm', 'told', 'suspected']);
    expect(standings({ ...parts, alarm: alarm(false) })).toEqual(['calm', 'calm', 'suspected', 'suspected']);
  });

  it('of very many sensors has only those that a check or a suspicion names', () => {
    const many = Array.from({ length: 60 }, (_, at) => `d/x#c${at}`);
    const shown = relationMap({ ...parts, sensors: [...parts.sensors, ...many] });
    expect(shown.sensors.map(({ sensor }) => sensor)).toEqual(parts.sensors);
  });
});

describe('a check', () => {
  it.each([
    ['holds below 1', { severity: 0.4 }, undefined, 'holds'],
    ['does not hold from 1 on', { severity: 1 }, undefined, 'broken'],
    ['does not hold for as long as the alarm that it caused lasts', { severity: 0.1 }, alarm(true), 'broken'],
    ['cannot be said where a sensor is missing', { severity: null }, undefined, 'unknown'],
  ] as const)('%s', (_, { severity }, lasting, expected) => {
    const known = { declared: [check], standing: [{ check, severity }], alarm: lasting };
    expect(linkStanding(check, known)).toBe(expected);
    expect(linkStanding('below a/x#one b/x#one', known)).toBe('proposed');
  });
});
