import { describe, expect, it } from 'vitest';
import {
  carrierIn,
  chance,
  demodulationTrace,
  simulatedRecording,
  simulatedRecordingRate,
} from '../../src/index.ts';

const trace = (seed: number, carrier?: number, noise = 0.01) =>
  demodulationTrace(
    simulatedRecording({ seconds: 1.5, noise, ...(carrier === undefined ? {} : { carrier }) }, chance(seed)),
    simulatedRecordingRate,
  );

describe('a voice', () => {
  it('that is spoken leaves no square of itself below fifty hertz', () => {
    for (const seed of [1, 2, 3, 4]) expect(trace(seed).severity).toBeLessThan(0.7);
    expect(trace(1, undefined, 0.2).severity).toBeLessThan(0.7);
  });

  it('that came by ultrasound does', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { severity, correlation, depth } = trace(seed, 25_000);
      expect(severity).toBeGreaterThan(1);
      expect(correlation).toBeGreaterThan(0.4);
      expect(depth).toBeGreaterThan(0.015);
    }
  });

  it('is not in silence', () => {
    expect(demodulationTrace(new Float64Array(16_000), 16_000)).toEqual({
      correlation: 0,
      depth: 0,
      severity: 0,
    });
  });
});

describe('a carrier above what is heard', () => {
  it('is found where the recording is fast enough to have it', () => {
    const rate = 96_000;
    const random = chance(1);
    const hiss = Float64Array.from({ length: 4096 }, () => random() - 0.5);
    expect(carrierIn(hiss, rate)).toBeUndefined();
    const sent = hiss.map((each, at) => each + 0.5 * Math.sin((2 * Math.PI * 25_000 * at) / rate));
    expect(Math.abs((carrierIn(sent, rate)?.frequency ?? 0) - 25_000)).toBeLessThan(20);
    expect(carrierIn(sent, 16_000)).toBeUndefined();
  });
});
