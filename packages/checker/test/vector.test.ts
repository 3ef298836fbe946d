import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claimNames, computations, tiers } from '../src/vector.ts';

const value = fc.integer({ min: -128, max: 127 });
const vector = fc.uint8Array({ minLength: 8, maxLength: 8 });
const mask = fc.integer({ min: 0, max: 255 });
const claim = fc.constantFrom(...claimNames);
const join = computations['=join']!;
const status = computations['=status']!;
const alone = (one: number) => Uint8Array.of(one, 0, 0, 0, 0, 0, 0, 0);
const joined = (left: number, right: number) =>
  new Int8Array(join(alone(left), 'instance-identity', right) as Uint8Array)[0]!;

describe('the status of a vector', () => {
  // draft-ietf-rats-ar4si §2.3.2, the ends of each tier.
  test.each([
    ['none', [0, 1, -1]],
    ['affirming', [2, 31, -2, -32]],
    ['warning', [32, 95, -33, -96]],
    ['contraindicated', [96, 127, -97, -128]],
  ] as const)('is %s for a claim of %j', (tier, values) => {
    for (const one of values) expect(status(alone(one), 0)).toBe(tier);
  });

  test('is the worst of the claims', () => {
    fc.assert(
      fc.property(vector, (bytes) => {
        const worst = Math.max(...bytes.map((byte) => tiers.indexOf(status(alone(byte), 0) as 'none')));
        expect(status(bytes, 0)).toBe(tiers[worst]);
      }),
    );
  });

  test('is a warning at least where a claim that is required is none', () => {
    fc.assert(
      fc.property(vector, mask, (bytes, required) => {
        const missing = [...bytes].some(
          (byte, at) => (required >> at) % 2 === 1 && [0, 1, 255].includes(byte),
        );
        const without = tiers.indexOf(status(bytes, 0) as 'none');
        expect(tiers.indexOf(status(bytes, required) as 'none')).toBe(
          missing ? Math.max(without, 2) : without,
        );
      }),
    );
  });

  test('is none of inputs that are unfit', () => {
    for (const bytes of [new Uint8Array(7), new Uint8Array(9), 'vector', undefined])
      expect(status(bytes, 0)).toBeUndefined();
    for (const required of [-1, 256, '1', undefined, -0])
      expect(status(new Uint8Array(8), required)).toBeUndefined();
  });
});

describe('the join of two values', () => {
  test('is one of them, the same in any order and grouping, and a value with itself', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect([a, b]).toContain(joined(a, b));
        expect(joined(a, b)).toBe(joined(b, a));
        expect(joined(joined(a, b), c)).toBe(joined(a, joined(b, c)));
        expect(joined(a, a)).toBe(a);
        expect(joined(a, 0)).toBe(a);
      }),
    );
  });

  test('makes no status better', () => {
    fc.assert(
      fc.property(vector, claim, value, (bytes, name, one) => {
        const after = join(bytes, name, one) as Uint8Array;
        expect(tiers.indexOf(status(after, 0) as 'none')).toBeGreaterThanOrEqual(
          tiers.indexOf(status(bytes, 0) as 'none'),
        );
        const at = claimNames.indexOf(name);
        expect([...after].filter((_, index) => index !== at)).toEqual(
          [...bytes].filter((_, index) => index !== at),
        );
      }),
    );
  });

  test.each([
    [2, 3, 3],
    [-2, 2, 2],
    [31, 32, 32],
    [-33, 31, -33],
    [95, -97, -97],
    [96, -128, 96],
    [1, -1, 1],
    [0, -1, -1],
  ])('of %d and %d is %d', (left, right, expected) => {
    expect(joined(left, right)).toBe(expected);
  });

  test('leaves its input as it was', () => {
    const bytes = new Uint8Array(8);
    expect(join(bytes, 'hardware', 2)).toEqual(Uint8Array.of(0, 0, 0, 0, 2, 0, 0, 0));
    expect(bytes).toEqual(new Uint8Array(8));
  });

  test('is none of inputs that are unfit', () => {
    for (const one of [-129, 128, 1.5, '1', undefined])
      expect(join(alone(0), 'hardware', one)).toBeUndefined();
    for (const name of ['toString', '', 4, undefined]) expect(join(alone(0), name, 1)).toBeUndefined();
  });
});

describe('counting and comparing', () => {
  test('the next of an integer is one more, up to 2^53 − 1', () => {
    const next = computations['=next']!;
    expect([0, 41, Number.MAX_SAFE_INTEGER - 1].map((one) => next(one))).toEqual([
      1,
      42,
      Number.MAX_SAFE_INTEGER,
    ]);
    for (const one of [-1, Number.MAX_SAFE_INTEGER, '1', undefined]) expect(next(one)).toBeUndefined();
  });

  test('the least of two integers is the smaller', () => {
    const least = computations['=least']!;
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        expect(least(a, b)).toBe(a < b ? a : b);
      }),
    );
    expect(least(1, '0')).toBeUndefined();
    expect(least(undefined, 0)).toBeUndefined();
  });
});
