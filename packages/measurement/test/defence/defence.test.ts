import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aliasOf,
  brooksIyengar,
  chance,
  learnWatermarkAnswer,
  marzullo,
  medianVote,
  nextRate,
  outvoted,
  samplingRate,
  watermark,
  watermarkMissing,
} from '../../src/index.ts';

describe('a watermark on a set-point', () => {
  /** A plant that follows slowly, under a disturbance that wanders. */
  function plant(signal: Float64Array, random: () => number): Float64Array {
    let [state, wander] = [0, 0];
    const noise = () => random() + random() + random() + random() - 2;
    return signal.map((value) => {
      wander = 0.99 * wander + 0.02 * noise();
      state = 0.8 * state + 0.2 * (value + wander);
      return state + 0.02 * noise();
    });
  }
  const samples = 4000;

  it('is answered by what is really measured, and not by a recording or by what stands still', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = chance(seed);
      const signal = watermark(samples, 0.05, random, 4);
      const readings = plant(signal, random);
      const answer = learnWatermarkAnswer(signal, readings, 20);
      const next = watermark(1000, 0.05, random, 4);
      expect(watermarkMissing(answer, next, plant(next, random))).toBeLessThan(1);
      expect(watermarkMissing(answer, next, readings.subarray(1000, 2000))).toBeGreaterThan(1);
      expect(watermarkMissing(answer, next, new Float64Array(1000).fill(0.3))).toBeGreaterThan(1);
      // An attacker who adds an offset leaves the answer as it is: this is about replay.
      expect(
        watermarkMissing(
          answer,
          next,
          plant(next, random).map((each) => each + 1),
        ),
      ).toBeLessThan(1);
    }
  });

  it('says nothing from too few samples', () => {
    const random = chance(1);
    const signal = watermark(samples, 0.05, random, 4);
    const answer = learnWatermarkAnswer(signal, plant(signal, random), 20);
    expect(watermarkMissing(answer, signal.subarray(0, 60), new Float64Array(60))).toBeUndefined();
    expect(new Set(signal)).toEqual(new Set([-0.05, 0.05]));
  });
});

describe('sensors that vote', () => {
  it('agree on what Marzullo’s interval of the literature says', () => {
    // Marzullo 1990, as RFC 5905 §11.2.1 uses it: 8–12, 11–13, 14–15 without and with one that is wrong.
    const three = [
      { from: 8, to: 12 },
      { from: 11, to: 13 },
      { from: 10, to: 12 },
    ];
    expect(marzullo(three, 0)).toEqual({ from: 11, to: 12 });
    expect(marzullo([...three.slice(0, 2), { from: 14, to: 15 }], 1)).toEqual({ from: 11, to: 12 });
    expect(outvoted([...three.slice(0, 2), { from: 14, to: 15 }], 1)).toEqual([2]);
    expect(() => marzullo([...three.slice(0, 2), { from: 14, to: 15 }], 0)).toThrow(
      expect.objectContaining({ code: 'measurement/no-agreement' }),
    );
  });

  it('fuse as in the example of Brooks and Iyengar', () => {
    const intervals = [
      { from: 2.7, to: 6.7 },
      { from: 0, to: 3.2 },
      { from: 1.5, to: 4.5 },
      { from: 0.8, to: 2.8 },
      { from: 1.4, to: 4.6 },
    ];
    const fused = brooksIyengar(intervals, 1);
    expect(fused.from).toBe(1.5);
    expect(fused.to).toBe(3.2);
    // (4 · 2.1 + 5 · 2.75 + 4 · 3) / 13
    expect(fused.value).toBeCloseTo(34.15 / 13, 9);
  });

  it('hold the truth whatever so many of them say', () => {
    const lie = fc.record({
      from: fc.double({ min: -100, max: 100, noNaN: true }),
      width: fc.double({ min: 0, max: 50, noNaN: true }),
    });
    const honest = fc.record({
      below: fc.double({ min: 0, max: 3, noNaN: true }),
      above: fc.double({ min: 0, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(honest, { minLength: 3, maxLength: 7 }),
        fc.array(lie, { maxLength: 2 }),
        (honestOnes, lies) => {
          const truth = 10;
          const intervals = [
            ...honestOnes.map(({ below, above }) => ({ from: truth - below, to: truth + above })),
            ...lies.map(({ from, width }) => ({ from, to: from + width })),
          ];
          const { from, to, value } = brooksIyengar(intervals, lies.length);
          expect(from).toBeLessThanOrEqual(truth);
          expect(to).toBeGreaterThanOrEqual(truth);
          expect(value).toBeGreaterThanOrEqual(from - 1e-9);
          expect(value).toBeLessThanOrEqual(to + 1e-9);
          for (const at of outvoted(intervals, lies.length))
            expect(at).toBeGreaterThanOrEqual(honestOnes.length);
        },
      ),
    );
  });

  it('have a middle that one liar does not move far', () => {
    expect(medianVote([20.1, 19.9, 1e9])).toBe(20.1);
  });
});

describe('the next sampling rate', () => {
  it('is another one, at which a suspected sound comes out elsewhere', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 1000, max: 40_000, noNaN: true }), (seed, sound) => {
        const rates = [200, 187, 179, 163];
        const next = nextRate(rates, 200, chance(seed), sound);
        expect(next).not.toBe(200);
        expect(rates).toContain(next);
        const canDiffer = rates.some((rate) => Math.abs(aliasOf(sound, rate) - aliasOf(sound, 200)) > 2);
        if (canDiffer) expect(Math.abs(aliasOf(sound, next) - aliasOf(sound, 200))).toBeGreaterThan(2);
      }),
    );
    expect(nextRate([100], 100, chance(1))).toBe(100);
  });

  it('rises with suspicion', () => {
    expect([-1, 0, 0.5, 1, 7].map((severity) => samplingRate(1, 100, severity))).toEqual([
      1, 1, 10, 100, 100,
    ]);
  });
});
