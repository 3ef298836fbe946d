import { expect, it } from 'vitest';
import { repeat } from '../../src/detectors/repeat.ts';
import { chance } from '../plant.ts';

const channels = 2;
/** Bits that a change says of each channel. */
const model = { bits: Float64Array.of(8, 2) };

/** What is said of each row; `read` gives what a channel says. */
function said(rows: number, read: (row: number, channel: number) => number): Float64Array[] {
  const detector = repeat.start(model, channels);
  return Array.from({ length: rows }, (_, row) => {
    const into = new Float64Array(channels);
    detector.push(
      Float64Array.from({ length: channels }, (_, channel) => read(row, channel)),
      into,
      0,
    );
    return into;
  });
}

/** Hardly ever the same twice. */
function values(rows: number, seed: number): (row: number, channel: number) => number {
  const random = chance(seed);
  const all = Float64Array.from({ length: rows * channels }, () => Math.round(random() * 1e6));
  return (row, channel) => all[row * channels + channel] as number;
}

const [{ leastLimit = 0 } = {}] = repeat.start(model, channels).statistics;
const most = (found: Float64Array[], channel: number) =>
  Math.max(...found.map((each) => each[channel] as number));

it('what never came before is hardly taken for a passage, and never for two, however long it goes on', () => {
  const fresh = said(80_000, values(80_000, 1));
  expect(fresh.filter((each) => each[0] !== 0).length).toBeLessThan(80_000 / 100);
  expect(most(fresh, 0)).toBeLessThanOrEqual(8 * 8);
  expect(most(fresh, 0)).toBeLessThan(leastLimit);
});

it.each([
  ['soon', 1000, 700],
  ['after more rows than are counted before counting starts again', 66_000, 1500],
  ['across the row at which counting starts again', 65_600, 500],
])('what came before is found on the channel that says it, %s', (_, from, distance) => {
  const own = values(from + 400, 2);
  const found = said(from + 400, (row, channel) =>
    channel === 1 && row >= from ? own(row - distance, 1) : own(row, channel),
  );
  expect(most(found.slice(0, from), 1)).toBeLessThanOrEqual(2 * 8);
  // In a row, until a passage is met that was forgotten.
  expect(most(found.slice(from), 1)).toBeGreaterThan(leastLimit);
  expect(most(found.slice(from), 1)).toBeLessThanOrEqual(2 * 400);
  expect(most(found, 0)).toBeLessThanOrEqual(8 * 8);
});

it('a value that is held is no change', () => {
  const own = values(3000, 3);
  const found = said(6000, (row, channel) => own((row >> 1) % 1000, channel));
  expect(most(found.slice(0, 2000), 0)).toBeLessThanOrEqual(8 * 8);
  expect(most(found, 0)).toBeGreaterThan(leastLimit);
  expect(most(found, 0)).toBeLessThanOrEqual(8 * 2000);
});
