import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { halfToNumber, numberToHalf } from '../../src/cbor/float.ts';
import { CborFloat } from '../../src/cbor/value.ts';

test('every binary16 value is found again, and what lies between two of them does not fit', () => {
  for (const sign of [0, 0x8000]) {
    for (let bits = sign; bits < sign + 0x7c00; bits += 1) {
      const value = halfToNumber(bits);
      const next = halfToNumber(bits + 1);
      if (numberToHalf(value) !== bits) expect.fail(`${value} is ${numberToHalf(value)}, not ${bits}`);
      const between = (value + next) / 2;
      if (Number.isFinite(next) && numberToHalf(between) !== -1) expect.fail(`${between} fits binary16`);
    }
  }
});

test.each([
  [2 ** -24, 'f90001'],
  [2 ** -25, 'fa33000000'],
  [1 + 2 ** -10, 'f93c01'],
  [1 + 2 ** -11, 'fa3f801000'],
  [1 + 2 ** -23, 'fa3f800001'],
  [1 + 2 ** -24, 'fb3ff0000010000000'],
  [65_504, 'f97bff'],
  [65_520, 'fa477ff000'],
  [65_536, 'fa47800000'],
  [2 ** -149, 'fa00000001'],
  [2 ** -150, 'fb3690000000000000'],
  [2 ** 128, 'fb47f0000000000000'],
])('the shortest float of %d is %s', (value, hex) => {
  expect(toHex(encodeCbor(new CborFloat(value)))).toBe(hex);
});
