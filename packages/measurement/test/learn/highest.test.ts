import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Highest } from '../../src/learn/highest.ts';

const room = 512;

/** Each with the row that it was pushed with, the highest first. */
function keptOf(highest: Highest): [value: number, row: number][] {
  return Array.from(highest.values, (value, at): [number, number] => [
    value,
    highest.rows[at] as number,
  ]).sort(([one, before], [other, after]) => other - one || before - after);
}

it('the highest values are kept with their rows: all where there is room, and half as many as there is room for', () => {
  const values = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 3000 });
  fc.assert(
    fc.property(values, (pushed) => {
      const highest = new Highest(room);
      for (const [row, value] of pushed.entries()) highest.push(row, value);
      const kept = keptOf(highest);
      expect(highest.all).toBe(pushed.length);
      expect(kept.length).toBeLessThanOrEqual(room);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(pushed.length, room / 2));
      for (const [value, row] of kept) expect(value).toBe(pushed[row]);
      const falling = pushed.toSorted((one, other) => other - one);
      expect(kept.slice(0, room / 2).map(([value]) => value)).toEqual(falling.slice(0, room / 2));
      if (pushed.length <= room) expect(kept).toHaveLength(pushed.length);
    }),
  );
});
