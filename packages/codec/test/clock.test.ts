import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock, steadyClock } from '../src/clock.ts';
import { codeOf } from './refusal.ts';

test('a steady clock stands still while its source is behind, and goes on when it has caught up', () => {
  const source = manualClock(1000);
  const clock = steadyClock(() => source.now());
  expect(clock.now()).toBe(1000);
  source.set(400);
  expect(clock.now()).toBe(1000);
  source.advance(700);
  expect(clock.now()).toBe(1100);
});

test('a steady clock reads the greatest value its source ever had', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (readings) => {
      let index = 0;
      const clock = steadyClock(() => readings[index++]!);
      const seen = readings.map(() => clock.now());
      expect(seen).toEqual(readings.map((_, at) => Math.max(...readings.slice(0, at + 1))));
    }),
    { numRuns: 50 },
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a source that yields %s is an error',
  (reading) => {
    expect(codeOf(() => steadyClock(() => reading).now())).toBe('codec/clock-unreadable');
    expect(codeOf(() => manualClock(0).advance(reading))).toBe('codec/clock-unreadable');
    expect(codeOf(() => manualClock(reading))).toBe('codec/clock-unreadable');
  },
);
