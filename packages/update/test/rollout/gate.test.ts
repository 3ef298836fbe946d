import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultGate,
  judgeWave,
  quorumOf,
  type Tally,
  toleratedOf,
  type WaveState,
} from '../../src/index.ts';

const gate = { ...defaultGate, soakSeconds: 60, deadlineSeconds: 6000, offlineSeconds: 600 };
const tally = (size: number, more: Partial<Tally> = {}): Tally => ({
  size,
  proven: 0,
  failed: 0,
  underWay: 0,
  unheard: 0,
  ...more,
});
const wave = (one: Tally, more: Partial<WaveState> = {}): WaveState => ({
  tally: one,
  kinds: new Map(),
  since: 0,
  forgiven: new Map(),
  ...more,
});
const [early, soaked, late, over] = [1000, 61_000, 601_000, 6_001_000];

describe('a health gate', () => {
  it('opens once enough devices are proven and the wave has lasted, not before', () => {
    expect(judgeWave(wave(tally(100, { proven: 89 })), gate, soaked)).toEqual({ outcome: 'wait', needs: 1 });
    expect(judgeWave(wave(tally(100, { proven: 90 })), gate, early)).toMatchObject({ outcome: 'wait' });
    expect(judgeWave(wave(tally(100, { proven: 90 })), gate, soaked)).toEqual({ outcome: 'advance' });
  });

  it('pauses at once when more fail than are tolerated', () => {
    expect(judgeWave(wave(tally(100, { failed: 2, proven: 98 })), gate, early)).toMatchObject({
      outcome: 'wait',
    });
    expect(judgeWave(wave(tally(100, { failed: 3, proven: 97 })), gate, early)).toEqual({
      outcome: 'pause',
      cause: { code: 'too-many-failed', failed: 3, tolerated: 2, of: 100, kind: '' },
    });
  });

  it('sees a kind of device go under that is lost in the whole', () => {
    const kinds = new Map([
      ['pump 1.0', tally(980, { proven: 980 })],
      ['pump 1.1', tally(20, { failed: 10, proven: 10 })],
    ]);
    const state = wave(tally(1000, { proven: 990, failed: 10 }), { kinds });
    expect(judgeWave(state, gate, early)).toMatchObject({
      outcome: 'pause',
      cause: { kind: 'pump 1.1', failed: 10 },
    });
  });

  it('leaves out what is offline, and not so much that a handful would speak for the wave', () => {
    const half = tally(100, { proven: 54, unheard: 40 });
    expect(judgeWave(wave(half), gate, soaked)).toMatchObject({ outcome: 'wait' });
    expect(judgeWave(wave(half), gate, late)).toEqual({ outcome: 'advance' });
    expect(judgeWave(wave(tally(100, { proven: 5, unheard: 95 })), gate, late)).toEqual({
      outcome: 'wait',
      needs: 40,
    });
  });

  it('gives a wave up that never gets there, and calls a person', () => {
    expect(judgeWave(wave(tally(100, { proven: 20, underWay: 80 })), gate, over)).toEqual({
      outcome: 'pause',
      cause: { code: 'quorum-missed', proven: 20, quorum: 90, of: 100 },
    });
  });

  it('does not pause again for what an operator has seen, and does for what comes on top', () => {
    const forgiven = new Map([['', 10]]);
    expect(judgeWave(wave(tally(100, { failed: 12 }), { forgiven }), gate, early)).toMatchObject({
      outcome: 'wait',
    });
    expect(judgeWave(wave(tally(100, { failed: 13 }), { forgiven }), gate, early)).toMatchObject({
      outcome: 'pause',
    });
  });

  it('opens for a wave in which nobody is', () => {
    expect(judgeWave(wave(tally(0)), gate, soaked)).toEqual({ outcome: 'advance' });
  });

  it('asks for no more than what is left when as many fail as are tolerated', () => {
    const gates = fc.record({
      quorumPercent: fc.integer({ min: 51, max: 100 }),
      tolerate: fc.record({
        devices: fc.integer({ min: 0, max: 50 }),
        percent: fc.integer({ min: 0, max: 49 }),
      }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), gates, (size, some) => {
        const one = { ...gate, ...some };
        expect(quorumOf(size, one) + toleratedOf(size, one)).toBeLessThanOrEqual(size);
        expect(toleratedOf(size, one)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('poisoned health reports', () => {
  const sizes = fc.integer({ min: 1, max: 400 });

  it('of as many liars as a wave withstands neither stop it nor keep it from going on', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, some) => {
        const liars = some % (toleratedOf(size, gate) + 1);
        const kinds = new Map([['model', tally(size, { failed: liars, proven: size - liars })]]);
        const state = wave(tally(size, { failed: liars, proven: size - liars }), { kinds });
        expect(judgeWave(state, gate, soaked)).toEqual({ outcome: 'advance' });
      }),
    );
  });

  it('of less than a quorum drive nothing on, whatever they say of themselves', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, some, when) => {
        const liars = some % quorumOf(size, gate);
        const now = soaked + (when % 500_000);
        const state = wave(tally(size, { proven: liars, underWay: size - liars }));
        expect(judgeWave(state, gate, now).outcome).not.toBe('advance');
      }),
    );
  });
});
