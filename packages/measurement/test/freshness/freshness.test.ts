import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultFreshness, type Freshness, judgeFreshness, type StreamMemory } from '../../src/index.ts';

const start = 1_800_000_000_000;
const second = 1000;

/** A stream as it arrives: what was judged of each pack, and what is remembered in the end. */
class Stream {
  memory: StreamMemory | undefined;

  take(sequence: number, signedAt: number, receivedAt = signedAt + 50): Freshness {
    const found = judgeFreshness(this.memory, { sequence, signedAt }, receivedAt, defaultFreshness);
    if ('memory' in found) this.memory = found.memory;
    return found;
  }
}

/** A source that signs every second; its clock is wrong by `off`, and fast by `drift` millionths. */
const signed = (sequence: number, off = 0, drift = 0): number =>
  start + off + sequence * second * (1 + drift / 1e6);

describe('a pack', () => {
  it('is fresh once, whatever comes again', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 120 }), (order) => {
        const stream = new Stream();
        const accepted = new Map<number, number>();
        for (const sequence of order) {
          const { kind } = stream.take(sequence, signed(sequence), start + 40 * second);
          if (kind === 'fresh' || kind === 'late') accepted.set(sequence, (accepted.get(sequence) ?? 0) + 1);
        }
        expect([...accepted.values()].every((times) => times === 1)).toBe(true);
        expect(accepted.size).toBeGreaterThan(0);
      }),
    ));

  it('that was recorded is found, all of them, however its values look', () => {
    const stream = new Stream();
    for (let sequence = 0; sequence < 500; sequence++) stream.take(sequence, signed(sequence));
    const replayed = Array.from({ length: 500 }, (_, sequence) =>
      stream.take(sequence, signed(sequence), start + 600 * second),
    );
    expect(replayed.filter(({ kind }) => kind === 'fresh' || kind === 'late')).toEqual([]);
  });

  it('that was skipped is missed, and may still come', () => {
    const stream = new Stream();
    stream.take(0, signed(0));
    expect(stream.take(3, signed(3))).toMatchObject({ kind: 'fresh', skipped: 2, memory: { missing: 2 } });
    expect(stream.take(1, signed(1), signed(3) + 100)).toMatchObject({
      kind: 'late',
      memory: { missing: 1 },
    });
    expect(stream.take(1, signed(1), signed(3) + 200)).toMatchObject({ kind: 'replayed', by: 2 });
    for (let sequence = 4; sequence < 80; sequence++) stream.take(sequence, signed(sequence));
    expect(stream.take(2, signed(2), signed(80))).toMatchObject({ kind: 'too-old' });
  });

  it('that was held back is stale, whatever the clocks differ by', () => {
    const stream = new Stream();
    const late = -20 * second;
    for (let sequence = 0; sequence < 60; sequence++)
      expect(stream.take(sequence, signed(sequence, late), signed(sequence) + 50).kind).toBe('fresh');
    expect(stream.take(60, signed(60, late), signed(67))).toMatchObject({ kind: 'stale' });
  });

  it('of a clock that drifts is fresh for days; one that is held back longer and longer is not', () => {
    const drifting = new Stream();
    const delayed = new Stream();
    let stale = 0;
    for (let sequence = 0; sequence < 3 * 24 * 60; sequence++) {
      const minute = sequence * 60;
      expect(drifting.take(sequence, signed(minute, 0, -50), start + minute * second + 50).kind).toBe(
        'fresh',
      );
      if (delayed.take(sequence, signed(minute), signed(minute) + minute * 2).kind === 'stale') stale++;
    }
    expect(stale).toBeGreaterThan(1000);
  });

  it('has a time that rises with its sequence, and is not of tomorrow', () => {
    const stream = new Stream();
    stream.take(5, signed(5));
    expect(stream.take(6, signed(4), signed(6))).toMatchObject({ kind: 'reordered-time', by: second });
    expect(stream.take(7, signed(7) + 120 * second, signed(7))).toMatchObject({ kind: 'early' });
    expect(new Stream().take(0, start, start + 3_600_000)).toMatchObject({ kind: 'stale' });
  });
});
