import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, fromBase64, fromBase64Url, toBase64, toBase64Url } from '../src/bytes.ts';
import { codeOf, refusalOf } from './refusal.ts';

test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
])('RFC 4648 §10: %j is %j', (text, encoded) => {
  expect(toBase64(encodeUtf8(text))).toBe(encoded);
  expect(fromBase64(encoded)).toEqual(encodeUtf8(text));
  expect(fromBase64Url(encoded.replace(/=/g, ''))).toEqual(encodeUtf8(text));
});

test('both forms agree with Node and come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
    }),
  );
});

test('what is accepted is the one text of its bytes', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'AQgwZ9+/-_= \n'), maxLength: 8 });
  fc.assert(
    fc.property(texts, (text) => {
      for (const [decode, encode] of [
        [fromBase64, toBase64],
        [fromBase64Url, toBase64Url],
      ] as const) {
        let bytes: Uint8Array;
        try {
          bytes = decode(text);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^codec\/base64-/) });
          continue;
        }
        expect(encode(bytes)).toBe(text);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('refused', () => {
  test.each([
    ['Zg', 'codec/base64-length'],
    ['Zg=', 'codec/base64-length'],
    ['Zg==\n', 'codec/base64-length'],
    ['Zh==', 'codec/base64-stray-bits'],
    ['Zm9=', 'codec/base64-stray-bits'],
    ['====', 'codec/base64-character'],
    ['A===', 'codec/base64-character'],
    ['Zg==Zg==', 'codec/base64-character'],
    ['Zm 9', 'codec/base64-character'],
    ['Zm-_', 'codec/base64-character'],
    ['Zm9é', 'codec/base64-character'],
  ])('base64 %j: %s', (text, code) => {
    expect(codeOf(() => fromBase64(text))).toBe(code);
  });

  test.each([
    ['A', 'codec/base64-length'],
    ['Zh', 'codec/base64-stray-bits'],
    ['Zm9v+A', 'codec/base64-character'],
    ['Zg==', 'codec/base64-character'],
  ])('base64url %j: %s', (text, code) => {
    expect(codeOf(() => fromBase64Url(text))).toBe(code);
  });

  test('the place of a foreign character is told', () => {
    expect(refusalOf(() => fromBase64('Zm9v*A==')).detail).toEqual({ offset: 4 });
  });
});
