import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../src/styles/tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name as string, { light: light as string, dark: dark as string }],
  ),
);

/** WCAG 2.2 relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(scheme: 'light' | 'dark', front: string, back: string): number {
  const [one, other] = [front, back].map((name) => luminance(tokens.get(name)?.[scheme] ?? ''));
  const [high = 0, low = 0] = [one ?? 0, other ?? 0].sort((left, right) => right - left);
  return (high + 0.05) / (low + 0.05);
}

/** Every pair that text is set in. */
const texts: readonly (readonly [front: string, back: string])[] = [
  ...onto('surface', ['ink', 'soft', 'accent', 'affirming', 'warning', 'contraindicated', 'none']),
  ...onto('page', ['ink', 'soft', 'accent', 'contraindicated']),
  ...onto('raised', ['ink', 'soft', 'warning', 'contraindicated', 'affirming', 'none']),
  ...onto('accent-tint', ['ink', 'soft', 'accent', 'warning', 'contraindicated', 'none']),
  ...onto('affirming-tint', ['affirming']),
  ...onto('warning-tint', ['warning']),
  ...onto('contraindicated-tint', ['contraindicated']),
  ...onto('contraindicated-solid', ['on-solid']),
  ...onto('accent', ['on-accent']),
];

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it.each(texts)('%s on %s is legible (WCAG 2.2 AA, 1.4.3)', (front, back) => {
    expect(contrast(scheme, front, back)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['edge', 'surface'],
    ['edge', 'page'],
    ['accent', 'page'],
  ])('%s on %s shows where a control is (1.4.11)', (front, back) => {
    expect(contrast(scheme, front, back)).toBeGreaterThanOrEqual(3);
  });
});

function onto(back: string, fronts: readonly string[]): readonly (readonly [string, string])[] {
  return fronts.map((front) => [front, back]);
}
