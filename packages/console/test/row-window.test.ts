import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowWindow } from '../src/fleet/row-window.ts';

const viewport = fc.record({
  rows: fc.integer({ min: 0, max: 100_000 }),
  rowHeight: fc.integer({ min: 10, max: 80 }),
  scrolled: fc.integer({ min: -5000, max: 4_000_000 }),
  height: fc.integer({ min: 100, max: 3000 }),
});

it('always stands for the whole table: what is drawn and what is left out add up', () => {
  fc.assert(
    fc.property(viewport, (given) => {
      const { first, end, above, below } = rowWindow(given);
      expect(0 <= first && first <= end && end <= given.rows).toBe(true);
      expect(above + (end - first) * given.rowHeight + below).toBe(given.rows * given.rowHeight);
    }),
  );
});

it('draws every row that is on the screen, and not many more', () => {
  fc.assert(
    fc.property(viewport, fc.nat(), (given, pick) => {
      const { first, end } = rowWindow(given);
      const onScreen = Math.floor((given.scrolled + (pick % given.height)) / given.rowHeight);
      if (onScreen >= 0 && onScreen < given.rows) {
        expect(first <= onScreen && onScreen < end).toBe(true);
      }
      expect(end - first).toBeLessThanOrEqual(Math.ceil(given.height / given.rowHeight) + 26);
    }),
  );
});
