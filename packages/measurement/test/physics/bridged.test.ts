import { describe, expect, it } from 'vitest';
import { chance, demodulationTrace, judgeInertial } from '../../src/index.ts';

const missing = 'measurement/samples-missing';

/** A device that lies still, with a tone in its gyroscope that nothing feels. */
function shaken(seconds: number) {
  const random = chance(3);
  const rows = seconds * 200;
  const axis = (value: (at: number) => number) => Float64Array.from({ length: rows }, (_, at) => value(at));
  const noise = () => 0.01 * (random() - 0.5);
  return {
    times: axis((at) => at / 200),
    gyroscope: [
      axis((at) => 0.5 * Math.sin(2 * Math.PI * 37 * (at / 200)) + noise()),
      axis(noise),
      axis(noise),
    ] as [Float64Array, Float64Array, Float64Array],
    accelerometer: [axis(noise), axis(noise), axis(() => 9.81 + noise())] as [
      Float64Array,
      Float64Array,
      Float64Array,
    ],
  };
}

describe('samples that are missing', () => {
  it('hide no sound from the others', () => {
    const readings = shaken(8);
    const tones = () =>
      judgeInertial(readings).filter(({ check, severity }) => check === 'line' && severity >= 1);
    const all = tones().length;
    expect(all).toBeGreaterThan(2);
    for (let row = 50; row < 1600; row += 400) readings.gyroscope[0][row] = Number.NaN;
    for (let row = 70; row < 1600; row += 400) readings.accelerometer[2][row] = Number.NaN;
    expect(tones().length).toBe(all);
    for (const { severity } of judgeInertial(readings)) expect(severity).not.toBeNaN();
  });

  it('are refused where there are too many to judge the others by', () => {
    const readings = shaken(4);
    readings.gyroscope[1].fill(Number.NaN, 100, 300);
    expect(() => judgeInertial(readings)).toThrow(expect.objectContaining({ code: missing }));
    expect(() => demodulationTrace(new Float64Array(8000).fill(Number.NaN), 16_000)).toThrow(
      expect.objectContaining({ code: missing, detail: { missing: 8000, samples: 8000 } }),
    );
  });

  it('leave a voice as it is', () => {
    const random = chance(5);
    const sound = Float64Array.from(
      { length: 16_000 },
      (_, at) => Math.sin(at / 9) * Math.sin(at / 900) + 0.1 * (random() - 0.5),
    );
    const whole = demodulationTrace(sound, 16_000);
    const holed = demodulationTrace(
      sound.map((each, at) => (at % 1000 === 0 ? Number.NaN : each)),
      16_000,
    );
    expect(holed.correlation).toBeCloseTo(whole.correlation, 1);
    expect(holed.severity).not.toBeNaN();
  });
});
