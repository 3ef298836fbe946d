import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accelerometerTones,
  aliasOf,
  biasFromClipping,
  chance,
  clippedShare,
  judgeInertial,
  type MemsSound,
  originOfLines,
  originUnderJitter,
  pairedReading,
  pairSpacing,
  powerAt,
  remainingInPair,
  rotationResiduals,
  simulatedMems,
  simulatedMemsSensor,
  soundInPairs,
  soundsBehind,
  strongestLine,
} from '../../src/index.ts';

const wave = (count: number, rate: number, frequency: number, amplitude = 1, phase = 0.3) =>
  Float64Array.from(
    { length: count },
    (_, row) => amplitude * Math.cos((2 * Math.PI * frequency * row) / rate + phase),
  );
const { resonance, fullScale } = simulatedMemsSensor;
const onGyroscope = (frequency: number, amplitude: number): MemsSound => ({
  ...{ frequency, amplitude, target: 'gyroscope', from: 0 },
});
const worst = (sound: MemsSound | undefined, seed: number) => {
  const plan = { seconds: 8, rate: 200, ...(sound === undefined ? {} : { sound }) };
  const severities = new Map<string, number>();
  for (const { check, severity } of judgeInertial(simulatedMems(plan, chance(seed)), { fullScale }))
    severities.set(check, Math.max(severities.get(check) ?? 0, severity));
  return severities;
};

describe('a line in a spectrum', () => {
  it('has the power, the place and the amplitude of the oscillation', () => {
    expect(powerAt(wave(400, 200, 25, 3), 25, 200)).toBeCloseTo(9, 9);
    expect(powerAt(wave(400, 200, 25, 3), 31, 200)).toBeCloseTo(0, 9);
    fc.assert(
      fc.property(
        fc.double({ min: 5, max: 90, noNaN: true }),
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        (frequency, amplitude) => {
          const line = strongestLine(wave(400, 200, frequency, amplitude), 200);
          expect(Math.abs((line?.frequency ?? 0) - frequency)).toBeLessThan(0.1);
          expect((line?.amplitude ?? 0) / amplitude).toBeCloseTo(1, 1);
          expect(line?.share).toBeGreaterThan(0.95);
        },
      ),
    );
    expect(strongestLine(new Float64Array(100).fill(4), 200)).toBeUndefined();
  });
});

describe('a sound that is sampled too slowly', () => {
  it('comes out where it is folded to', () => {
    // WALNUT, §III: 2,805 Hz sampled at 400 Hz.
    expect(aliasOf(2805, 400)).toBe(5);
    fc.assert(
      fc.property(
        fc.double({ min: 100, max: 40_000, noNaN: true }),
        fc.constantFrom(100, 200, 256),
        (sound, rate) => {
          const line = strongestLine(wave(4 * rate, rate, sound), rate);
          const alias = aliasOf(sound, rate);
          // At the ends the two images of a line meet.
          fc.pre(alias > 2 && alias < rate / 2 - 2);
          expect(Math.abs((line?.frequency ?? 0) - alias)).toBeLessThan(0.1);
        },
      ),
    );
  });

  it('moves when the rate changes, as no motion does, and is known by where it was', () => {
    const at = (rate: number, moves: number, sound: number) => ({
      rate,
      frequency: strongestLine(wave(4 * rate, rate, moves || sound), rate)?.frequency ?? 0,
    });
    const rates = [200, 187, 179];
    expect(
      originOfLines(
        rates.map((rate) => at(rate, 40.2, 0)),
        0.3,
      ),
    ).toEqual({ origin: 'motion', sounds: [] });
    const heard = originOfLines(
      rates.map((rate) => at(rate, 0, 27_033.7)),
      0.3,
    );
    expect(heard.origin).toBe('sound');
    expect(heard.sounds.some((sound) => Math.abs(sound - 27_033.7) < 0.3)).toBe(true);
    expect(originOfLines([at(200, 40, 0)], 0.3).origin).toBe('unclear');
    expect(soundsBehind([{ rate: 400, frequency: 5 }], 0.1, { from: 2700, to: 2900 })).toEqual([2795, 2805]);
  });

  it('has no alias where samples are taken at irregular moments', () => {
    const plan = { seconds: 0.6, rate: 400, jitter: 0.5, sway: 0.02 };
    const motion = { from: 2, to: 190 };
    const band = { from: 26_800, to: 27_200 };
    const heard = simulatedMems({ ...plan, sound: onGyroscope(27_051, 0.3) }, chance(3));
    const found = originUnderJitter(heard.times, heard.gyroscope[0], motion, band);
    expect(found?.origin).toBe('sound');
    expect(Math.abs((found?.fit.frequency ?? 0) - 27_051)).toBeLessThan(1);
    const times = heard.times;
    const moved = times.map((time) => Math.sin(2 * Math.PI * 17 * time));
    expect(originUnderJitter(times, moved, motion, band)?.origin).toBe('motion');
    const random = chance(9);
    expect(
      originUnderJitter(
        times,
        times.map(() => random() - 0.5),
        motion,
        band,
      ),
    ).toBeUndefined();
  });

  it('cancels in two samples that are half a period of the resonance apart', () => {
    const spacing = pairSpacing(resonance.gyroscope);
    const pairs = Array.from({ length: 200 }, (_, row) => {
      const time = row / 200;
      const at = (moment: number) => 0.2 + Math.cos(2 * Math.PI * resonance.gyroscope * moment + 1);
      return pairedReading(at(time), at(time + spacing));
    });
    for (const { value } of pairs) expect(value).toBeCloseTo(0.2, 9);
    expect(soundInPairs(pairs, 0.01)).toBeGreaterThan(50);
    expect(remainingInPair(resonance.gyroscope, resonance.gyroscope)).toBeCloseTo(0, 12);
    expect(remainingInPair(0, resonance.gyroscope)).toBe(1);
    expect(remainingInPair(1.02 * resonance.gyroscope, resonance.gyroscope)).toBeCloseTo(0.0314, 4);
    const plan = { seconds: 4, rate: 200, sway: 0, sound: onGyroscope(27_010.3, 0.5) };
    const line = (pairedFor?: number) => {
      const { gyroscope } = simulatedMems(
        { ...plan, ...(pairedFor === undefined ? {} : { pairedFor }) },
        chance(1),
      );
      return strongestLine(gyroscope[0], 200, 3)?.amplitude ?? 0;
    };
    expect(line()).toBeGreaterThan(0.4);
    expect(line(resonance.gyroscope)).toBeLessThan(0.01);
  });
});

describe('a gyroscope and an accelerometer', () => {
  it('agree while nothing but motion moves them', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const severities = worst(undefined, seed);
      expect([...severities.values()].every((severity) => severity < 0.5)).toBe(true);
      expect(severities.has('rotation')).toBe(true);
    }
  });

  it.each([
    ['shakes the gyroscope', onGyroscope(27_010.3, 0.3), 'line'],
    ['turns the gyroscope slowly', onGyroscope(27_000.1, 1.5), 'rotation'],
    [
      'weighs on the accelerometer',
      { frequency: 5200.05, amplitude: 60, target: 'accelerometer', from: 0 },
      'gravity',
    ],
    [
      'drives the accelerometer to its ends',
      { frequency: 5301, amplitude: 200, target: 'accelerometer', from: 0 },
      'clipping',
    ],
  ] as const)('differ where a sound %s', (_, sound, check) => {
    for (const seed of [1, 2, 3]) expect(worst(sound, seed).get(check)).toBeGreaterThan(1);
  });

  it('cannot be told to be shaken by a sound where an engine would do the same, which is said', () => {
    const shaken = (frequency: number, amplitude: number, target: MemsSound['target']) => {
      const sound = { frequency, amplitude, target, from: 4 } as const;
      return simulatedMems({ seconds: 8, rate: 200, sound }, chance(5));
    };
    const tones = accelerometerTones(shaken(5325, 5, 'accelerometer'));
    expect(tones.map(({ from }) => Math.round(from))).toEqual([4]);
    expect(tones[0]?.frequency).toBeCloseTo(aliasOf(5325, 200), 0);
    expect(tones[0]?.amplitude).toBeGreaterThan(1);
    expect(tones[0]?.share).toBeGreaterThan(0.9);
    expect(accelerometerTones(shaken(27_010.3, 0.3, 'gyroscope'))).toEqual([]);
    expect(accelerometerTones(simulatedMems({ seconds: 8, rate: 200 }, chance(5)))).toEqual([]);
    // What shakes is felt by the gyroscope, too.
    const body = shaken(5325, 5, 'accelerometer');
    const [x, ...rest] = body.gyroscope;
    const felt = x.map((rate, row) => rate + 0.05 * Math.sin(2 * Math.PI * 75 * (body.times[row] as number)));
    const trembling = { ...body, gyroscope: [felt, rest[0], rest[1]] as const };
    expect(aliasOf(5325, 200)).toBe(75);
    expect(accelerometerTones(trembling)).toEqual([]);
  });

  it('turn together: gravity moves as the gyroscope says', () => {
    const rate = 100;
    const times = Float64Array.from({ length: 500 }, (_, row) => row / rate);
    const turn = 0.6;
    const readings = {
      times,
      gyroscope: [times.map(() => 0), times.map(() => turn), times.map(() => 0)] as const,
      // A sensor that turns about y sees what is above turn the other way.
      accelerometer: [
        times.map((time) => -9.81 * Math.sin(turn * time)),
        times.map(() => 0),
        times.map((time) => 9.81 * Math.cos(turn * time)),
      ] as const,
    };
    const agreeing = rotationResiduals(readings);
    expect(agreeing.length).toBeGreaterThan(5);
    for (const { degrees } of agreeing) expect(degrees).toBeLessThan(3);
    const reversed = rotationResiduals({
      ...readings,
      gyroscope: [readings.gyroscope[0], times.map(() => -turn), readings.gyroscope[2]],
    });
    for (const { degrees } of reversed) expect(degrees).toBeGreaterThan(50);
  });
});

describe('a converter at its ends', () => {
  it('shows how often, and which way the mean is moved', () => {
    const samples = Float64Array.of(2, 2, 1, 0, -2, 0.5, 2, -1);
    expect(clippedShare(samples, 2)).toBe(0.5);
    expect(biasFromClipping(samples, 2)).toBe(0.5);
    expect(clippedShare(new Float64Array(0), 2)).toBe(0);
  });
});
