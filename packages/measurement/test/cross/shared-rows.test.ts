import { describe, expect, it } from 'vitest';
import { learnCross, type StreamTable } from '../../src/index.ts';
import { room } from './room.ts';

const later = ({ stream, frame }: StreamTable, seconds: number): StreamTable => ({
  stream,
  frame: { ...frame, times: frame.times.map((time) => time + seconds) },
});

describe('streams whose times', () => {
  const [one, other] = room(2, 1) as [StreamTable, StreamTable];
  const learned = (tables: readonly StreamTable[]) => learnCross(tables, { alarmsPerDay: 0.1 });

  it('have nothing in common teach nothing of how they go together', () => {
    const code = 'measurement/cross-apart';
    expect(() => learned([one, later(other, 86_400 * 365)])).toThrow(
      expect.objectContaining({ code, detail: { stream: one.stream, rows: 0 } }),
    );
    // All but 50 minutes of 3,000, and the three for which a value counts.
    expect(() => learned([one, later(other, 2950 * 60)])).toThrow(expect.objectContaining({ code }));
  });

  it('overlap teach what they have in common', () => {
    expect(learned([one, later(other, 1500 * 60)]).rows).toBeGreaterThan(4000);
  });
});
