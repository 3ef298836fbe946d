import { describe, expect, it } from 'vitest';
import type { Detector, DetectorKind } from '../../src/detectors/detector.ts';
import { gain } from '../../src/detectors/gain.ts';
import { level } from '../../src/detectors/level.ts';
import { mewma } from '../../src/detectors/mewma.ts';
import { noise } from '../../src/detectors/noise.ts';
import { ownPast } from '../../src/detectors/own-past.ts';
import { stateSpace } from '../../src/detectors/state-space.ts';
import { chance } from '../../src/index.ts';
import { deviates, rowsOf, said } from './watched.ts';

const most = 6;
const deviate = deviates(chance(3));
const noisy = (count: number, size: number) =>
  Array.from({ length: count }, () => [size * deviate(), size * deviate()]);
const normal = noisy(2000, 1);
const calm = noisy(30, 1);
const kinds: [string, DetectorKind<object>, readonly number[][]][] = [
  ['level', level as DetectorKind<object>, noisy(200, 1).map(([a = 0, b = 0]) => [a + 9, b])],
  ['mewma', mewma as unknown as DetectorKind<object>, noisy(200, 1).map(([a = 0, b = 0]) => [a + 9, b])],
  [
    'state-space',
    stateSpace as unknown as DetectorKind<object>,
    noisy(200, 1).map(([a = 0, b = 0]) => [a + 9, b]),
  ],
];

function started(kind: DetectorKind<object>, bound?: number): Detector {
  const detector = kind.start(kind.learn(rowsOf(normal)), 2);
  if (bound !== undefined) detector.bound?.(new Float64Array(detector.statistics.length).fill(bound));
  return detector;
}

const highest = (statistics: readonly Float64Array[]) => statistics.map((each) => Math.max(...each));

describe.each(kinds)('what %s remembers', (_, kind, attack) => {
  it('is held down to a bound, so that an attack that was clear is over as soon as one that was just seen', () => {
    const after = (bound?: number) =>
      highest(said(started(kind, bound), [...attack, ...calm]).slice(attack.length)).findIndex(
        (each) => each < most,
      );
    expect(after(most)).toBeGreaterThanOrEqual(0);
    expect(after(most)).toBeLessThan(3);
    expect(after()).toBeGreaterThan(after(most) + 2);
  });

  it('and what is said of normal rows does not change by it', () => {
    expect(said(started(kind, 40), normal.slice(0, 300))).toEqual(said(started(kind), normal.slice(0, 300)));
  });

  it('while an attack lasts it is seen as before', () => {
    const seen = highest(said(started(kind, most), attack)).slice(5);
    expect(Math.min(...seen)).toBeGreaterThan(most);
  });
});

it('noise that was loud is forgotten from a bound on, and noise that was silent, too', () => {
  for (const size of [4, 0.05]) {
    const rowsAbove = (bound?: number) => {
      const attack = noisy(300, size);
      const rest = highest(
        said(started(noise as unknown as DetectorKind<object>, bound), [...attack, ...noisy(300, 1)]),
      );
      return rest.slice(attack.length).filter((each) => each > 1).length;
    };
    expect(rowsAbove(1.1)).toBeLessThan(rowsAbove());
  }
});

it('how loud or how regular a channel was is forgotten from where it alarms on', () => {
  const humming = (count: number) =>
    noisy(count, 1).map(([a = 0, b = 0], row) => [a + 3 * Math.sin(0.9 * row), b]);
  for (const attack of [noisy(300, 3), noisy(300, 0.3), humming(300)]) {
    const rowsAbove = (bound?: number) => {
      const kind = ownPast as unknown as DetectorKind<object>;
      const statistics = highest(said(started(kind, bound), [...attack, ...noisy(300, 1)]));
      return statistics.slice(attack.length).filter((each) => each > 1.5).length;
    };
    expect(rowsAbove(1.5)).toBeLessThan(rowsAbove() / 2);
  }
});

it('a gain that is over is forgotten from where it alarms on', () => {
  const pairs = (count: number, size: number) =>
    Array.from({ length: count }, () => {
      const cause = deviate();
      return [cause + 0.3 * deviate(), size * (cause + 0.3 * deviate())];
    });
  const model = gain.learn(rowsOf(pairs(2000, 1)));
  const rows = [...pairs(300, 2), ...pairs(300, 1)];
  const rowsAbove = (bound?: number) => {
    const detector = gain.start(model, 2);
    if (bound !== undefined) detector.bound?.(new Float64Array(detector.statistics.length).fill(bound));
    const found = highest(said(detector, rows));
    return { during: found.slice(0, 300), after: found.slice(300).filter((each) => each > 4).length };
  };
  expect(Math.max(...rowsAbove(4).during)).toBeGreaterThan(4);
  expect(rowsAbove(4).after).toBeLessThan(rowsAbove().after / 2);
});
