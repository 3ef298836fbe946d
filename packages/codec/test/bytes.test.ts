import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareBytes,
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromHex,
  toHex,
} from '../src/bytes.ts';
import { codeOf, refusalOf } from './refusal.ts';
import { wellFormedText } from './text.ts';

const octets = fc.uint8Array({ maxLength: 40 });

describe('hexadecimal', () => {
  test('agrees with Node and comes back, in either case', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        const text = toHex(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('hex'));
        expect(fromHex(text)).toEqual(bytes);
        expect(fromHex(text.toUpperCase())).toEqual(bytes);
      }),
    );
  });

  test.each(['0', '0g', '0x00', ' 00 ', '00 00', '0\u0660', '@0', '`0'])('%j is refused', (text) => {
    expect(codeOf(() => fromHex(text))).toBe('codec/hex-malformed');
  });

  test('the place of the fault is told', () => {
    expect(refusalOf(() => fromHex('00112z')).detail).toEqual({ offset: 5 });
  });
});

describe('UTF-8', () => {
  test('well-formed text comes back, a byte order mark included', () => {
    fc.assert(
      fc.property(wellFormedText, (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(fromHex('efbbbf41'))).toBe('\ufeffA');
  });

  test.each(['\ud800', 'a\udc00b', '\ude00\ud83d'])('%j has no encoding', (text) => {
    expect(codeOf(() => encodeUtf8(text))).toBe('codec/utf8-lone-surrogate');
  });

  test.each(['c080', 'eda080', 'f4908080', 'e282', '80', 'ff', 'f8808080'])('%s is malformed', (hex) => {
    expect(codeOf(() => decodeUtf8(fromHex(hex)))).toBe('codec/utf8-malformed');
  });
});

describe('comparison', () => {
  test('order and equality agree with Node', () => {
    fc.assert(
      fc.property(octets, octets, (left, right) => {
        expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(left, right));
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0);
        expect(equalBytes(left, left.slice())).toBe(true);
      }),
    );
  });

  test('a prefix comes first', () => {
    expect(compareBytes(fromHex('01'), fromHex('0100'))).toBeLessThan(0);
    expect(compareBytes(fromHex('02'), fromHex('0100'))).toBeGreaterThan(0);
  });

  test('one different bit anywhere is seen', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.nat(7),
        (bytes, place, bit) => {
          const other = bytes.slice();
          other[place % bytes.length]! ^= 1 << bit;
          expect(equalBytes(bytes, other)).toBe(false);
        },
      ),
    );
  });
});

test('concatenation keeps order and content', () => {
  expect(concatBytes(fromHex('01'), fromHex(''), fromHex('0203'))).toEqual(fromHex('010203'));
  expect(concatBytes()).toEqual(new Uint8Array(0));
});
