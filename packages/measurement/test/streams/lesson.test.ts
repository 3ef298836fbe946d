import { describe, expect, it } from 'vitest';
import { Lesson } from '../../src/index.ts';
import { start } from './bench.ts';

describe('a lesson', () => {
  const names = ['level', 'flow'];
  const gathered = (lesson: Lesson, values: readonly number[]): void => {
    for (const value of values) lesson.push(start + 1000 * value, Float64Array.of(value, -value));
  };

  it('goes on with what was kept of it', () => {
    const budget = { left: 1e6 };
    const before = new Lesson(names, { until: start, rows: 5 }, budget);
    gathered(before, [1, 2]);
    const kept = [...before.unsaved()];
    gathered(before, [3]);
    kept.push(...before.unsaved());
    expect(before.unsavedRows).toBe(0);
    const after = new Lesson(names, { until: start, rows: 5 }, budget);
    after.resume(Float64Array.from(kept));
    gathered(after, [4, 5, 6]);
    const { rows: count, values, times } = after.frame();
    expect([count, after.isFull, after.isCut, after.unsavedRows]).toEqual([5, true, false, 2]);
    expect([...values]).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
    expect([...times]).toEqual([1, 2, 3, 4, 5].map((second) => start / 1000 + second));
  });

  it('is over, and says so, where lessons together have no more room; an end gives room back', () => {
    const budget = { left: 2 * 256 * 3 };
    const [one, other] = [0, 1].map(() => new Lesson(names, { until: start }, budget)) as [Lesson, Lesson];
    for (const lesson of [one, other]) gathered(lesson, [1]);
    gathered(
      one,
      Array.from({ length: 300 }, (_, at) => at),
    );
    expect([one.rows, one.isFull, one.isCut, budget.left]).toEqual([256, true, true, 0]);
    expect(other.isCut).toBe(false);
    one.end();
    expect(budget.left).toBe(256 * 3);
  });
});
