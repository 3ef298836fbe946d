import { describe, expect, it } from 'vitest';
import { type Frame, inject, Judge, learn, unseenOn } from '../../src/index.ts';
import { chance, plant } from '../plant.ts';

const profile = learn(plant(4000, 1), { alarmsPerDay: 1 });
const calm = plant(400, 2);
const [flow, rows] = [1, 100];

/** The most severe of all rows, where so many deviations are added to the flow in the last ones. */
function severityOf(frame: Frame, kind: 'bias' | 'drift', size: number): number {
  const channel = frame.channels[flow] as string;
  const told = inject(frame, { kind, channel, from: frame.rows - rows, rows, size }, chance(1));
  const judge = new Judge(profile);
  const width = frame.channels.length;
  return Math.max(
    ...Array.from(
      { length: frame.rows },
      (_, row) => judge.push(told.values.subarray(row * width, (row + 1) * width), frame.times[row]).severity,
    ),
  );
}

const column = Float64Array.from({ length: calm.rows }, (_, row) => calm.values[row * 4 + flow] as number);
const mean = column.reduce((sum, value) => sum + value / calm.rows, 0);
const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2 / calm.rows, 0));

describe('what stays unseen on a channel', () => {
  const unseen = unseenOn(profile, calm, flow, rows);

  it.each(['bias', 'drift'] as const)(
    'is as much %s as raises no alarm, and hardly more raises one',
    (kind) => {
      const amounts = unseen?.[kind] ?? [];
      expect(amounts).toHaveLength(2);
      for (const [at, amount] of amounts.entries()) {
        const sign = at === 0 ? 1 : -1;
        expect(amount).toBeGreaterThan(0);
        expect(severityOf(calm, kind, (sign * amount) / deviation)).toBeLessThan(1);
        expect(severityOf(calm, kind, (sign * amount * 1.05) / deviation)).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it('is less for what others tell than for what stands alone, in deviations of each', () => {
    const temperature = unseenOn(profile, calm, 3, rows);
    expect((unseen?.bias[0] ?? 0) / deviation).toBeLessThan((temperature?.bias[0] ?? 0) / 0.3);
  });

  it('is not said of few rows, of rows with an alarm, and of a channel that stands still', () => {
    expect(unseenOn(profile, plant(50, 2), flow, rows)).toBeUndefined();
    const loud = plant(400, 2, (row, values) => {
      if (row === 200) values[1] = 400;
    });
    expect(unseenOn(profile, loud, flow, rows)).toBeUndefined();
    const still = learn(
      plant(1000, 1, (_, values) => {
        values[3] = 20;
      }),
      { alarmsPerDay: 1 },
    );
    const quiet = plant(400, 2, (_, values) => {
      values[3] = 20;
    });
    expect(unseenOn(still, quiet, 3, rows)).toBeUndefined();
    expect(unseenOn(still, quiet, flow, rows)?.bias[0]).toBeGreaterThan(0);
  });
});
