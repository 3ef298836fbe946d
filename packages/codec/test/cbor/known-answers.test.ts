import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes.ts';
import { decodeCbor } from '../../src/cbor/decode.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { CborFloat, CborSimple, CborTag, type CborValue, cborNumber } from '../../src/cbor/value.ts';
import { codeOf } from '../refusal.ts';

const oneTo25 = Array.from({ length: 25 }, (_, index) => index + 1);

// RFC 8949 Appendix A, table 6: every example whose encoding is deterministic.
const deterministic: [hex: string, value: CborValue][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['c249010000000000000000', 18446744073709551616n],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['c349010000000000000000', -18446744073709551617n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f90000', new CborFloat(0)],
  ['f98000', -0],
  ['f93c00', new CborFloat(1)],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', new CborFloat(65_504)],
  ['fa47c35000', new CborFloat(100_000)],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 2 ** -24],
  ['f90400', 0.00006103515625],
  ['f9c400', new CborFloat(-4)],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', undefined],
  ['f0', new CborSimple(16)],
  ['f8ff', new CborSimple(255)],
  ['c074323031332d30332d32315432303a30343a30305a', new CborTag(0, '2013-03-21T20:04:00Z')],
  ['c11a514b67b0', new CborTag(1, 1363896240)],
  ['c1fb41d452d9ec200000', new CborTag(1, 1363896240.5)],
  ['d74401020304', new CborTag(23, fromHex('01020304'))],
  ['d818456449455446', new CborTag(24, fromHex('6449455446'))],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', new CborTag(32, 'http://www.example.com')],
  ['40', fromHex('')],
  ['4401020304', fromHex('01020304')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', oneTo25],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<CborValue, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['826161a161626163', ['a', new Map([['b', 'c']])]],
  [
    'a56161614161626142616361436164614461656145',
    new Map([
      ['a', 'A'],
      ['b', 'B'],
      ['c', 'C'],
      ['d', 'D'],
      ['e', 'E'],
    ]),
  ],
];

describe('RFC 8949 Appendix A', () => {
  test.each(deterministic)('%s', (hex, value) => {
    expect(decodeCbor(fromHex(hex))).toStrictEqual(value);
    expect(toHex(encodeCbor(value))).toBe(hex);
  });

  test.each([
    ['fa7f800000', Number.POSITIVE_INFINITY, 'codec/cbor-not-shortest'],
    ['fa7fc00000', Number.NaN, 'codec/cbor-nan-not-canonical'],
    ['faff800000', Number.NEGATIVE_INFINITY, 'codec/cbor-not-shortest'],
    ['fb7ff0000000000000', Number.POSITIVE_INFINITY, 'codec/cbor-not-shortest'],
    ['fb7ff8000000000000', Number.NaN, 'codec/cbor-nan-not-canonical'],
    ['fbfff0000000000000', Number.NEGATIVE_INFINITY, 'codec/cbor-not-shortest'],
  ])('%s is read only where longer forms are admitted', (hex, value, code) => {
    expect(codeOf(() => decodeCbor(fromHex(hex)))).toBe(code);
    expect(decodeCbor(fromHex(hex), { deterministic: false })).toBe(value);
  });

  test.each([
    '5f42010243030405ff',
    '7f657374726561646d696e67ff',
    '9fff',
    '9f018202039f0405ffff',
    '83018202039f0405ff',
    'bf61610161629f0203ffff',
    '826161bf61626163ff',
    'bf6346756ef563416d7421ff',
  ])('%s, of indefinite length, is refused in either mode', (hex) => {
    expect(codeOf(() => decodeCbor(fromHex(hex)))).toBe('codec/cbor-indefinite-length');
    expect(codeOf(() => decodeCbor(fromHex(hex), { deterministic: false }))).toBe(
      'codec/cbor-indefinite-length',
    );
  });
});

test('RFC 8949 §4.2.1: keys are in bytewise order of their encodings', () => {
  const keys: CborValue[] = [false, [-1], [100], 'aa', 'z', -1, 100, 10];
  const encoded = encodeCbor(new Map(keys.map((key) => [key, 0])));
  expect(toHex(encoded)).toBe(
    `a8${['0a', '1864', '20', '617a', '626161', '811864', '8120', 'f4'].join('00')}00`,
  );
  expect([...(decodeCbor(encoded) as Map<CborValue, CborValue>).keys()]).toEqual([
    ...[10, 100, -1, 'z', 'aa', [100], [-1], false],
  ]);
});

test('a number is an integer if it safely is one, and a float otherwise', () => {
  expect(toHex(encodeCbor(1))).toBe('01');
  expect(toHex(encodeCbor(2 ** 53 - 1))).toBe('1b001fffffffffffff');
  expect(toHex(encodeCbor(-(2 ** 53 - 1)))).toBe('3b001ffffffffffffe');
  expect(toHex(encodeCbor(2 ** 53))).toBe('fa5a000000');
  expect(toHex(encodeCbor(2n ** 53n))).toBe('1b0020000000000000');
  expect(toHex(encodeCbor(7n))).toBe('07');
  expect(decodeCbor(fromHex('1b001fffffffffffff'))).toBe(2 ** 53 - 1);
  expect(decodeCbor(fromHex('1b0020000000000000'))).toBe(2n ** 53n);
  expect(decodeCbor(fromHex('3b001ffffffffffffe'))).toBe(-(2 ** 53 - 1));
  expect(decodeCbor(fromHex('3b001fffffffffffff'))).toBe(-(2n ** 53n));
});

test('a reader to whom 1 and 1.0 are one gets a number from either', () => {
  expect(cborNumber(decodeCbor(fromHex('01')))).toBe(1);
  expect(cborNumber(decodeCbor(fromHex('f93c00')))).toBe(1);
  expect(cborNumber(decodeCbor(fromHex('f93e00')))).toBe(1.5);
  expect(cborNumber(2n ** 60n)).toBeUndefined();
  expect(cborNumber('1')).toBeUndefined();
});

test('0 and −0.0 are two keys', () => {
  const bytes = fromHex('a20001f9800002');
  const map = decodeCbor(bytes) as Map<CborValue, CborValue>;
  expect(map.size).toBe(2);
  expect(map.get(0)).toBe(1);
  expect(encodeCbor(map)).toEqual(bytes);
});

test('a byte order mark in a text is kept', () => {
  expect(decodeCbor(fromHex('64efbbbf41'))).toBe('\ufeffA');
  const long = `\ufeff${'x'.repeat(60)}`;
  expect(decodeCbor(encodeCbor(long))).toBe(long);
});
