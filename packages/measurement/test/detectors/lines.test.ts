import { expect, it } from 'vitest';
import { Lines, lineCount, whitePower } from '../../src/detectors/lines.ts';

/** The highest power that a sine of so many cycles a row has at any frequency, in that of white noise of variance 1. */
function powerOf(frequency: number): number {
  const lines = new Lines(1);
  let powers: Float64Array = new Float64Array(0);
  for (let row = 0; row < 600; row++)
    powers = lines.push(Float64Array.of(Math.sin(2 * Math.PI * frequency * row)));
  return Math.max(...powers) / whitePower;
}

it('a sine is seen wherever its frequency is, also halfway between two that are looked at', () => {
  const spacing = 1 / (2 * lineCount);
  for (let line = 1; line < lineCount - 1; line++) {
    const on = powerOf((line + 0.5) * spacing);
    expect(on).toBeGreaterThan(4);
    expect(powerOf((line + 1) * spacing)).toBeGreaterThan(on / 3);
  }
});
