import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ecdsaDerToRaw, ecdsaRawToDer } from '../src/algorithms.ts';
import { fromHex, toHex } from '../src/bytes.ts';
import { codeOf, refusalOf } from './refusal.ts';

const message = fromHex('00010203');

test.each([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])('signatures on %s convert both ways, as Node sees them', (namedCurve, coordinateBytes) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  for (let round = 0; round < 10; round += 1) {
    const der = new Uint8Array(sign('sha256', message, privateKey));
    const raw = ecdsaDerToRaw(der, coordinateBytes);
    expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true);
    expect(ecdsaRawToDer(raw)).toEqual(der);
  }
});

test('any raw signature comes back from DER', () => {
  const halves = fc.constantFrom(32, 48, 66);
  const small = fc
    .uint8Array({ minLength: 1, maxLength: 66 })
    .filter((bytes) => bytes.some((octet) => octet !== 0));
  fc.assert(
    fc.property(halves, small, small, (length, r, s) => {
      const raw = new Uint8Array(length * 2);
      raw.set(r.subarray(-length), length - Math.min(r.length, length));
      raw.set(s.subarray(-length), length * 2 - Math.min(s.length, length));
      fc.pre(raw.subarray(0, length).some(Boolean) && raw.subarray(length).some(Boolean));
      expect(toHex(ecdsaDerToRaw(ecdsaRawToDer(raw), length))).toBe(toHex(raw));
    }),
  );
});

describe('refused', () => {
  test.each([
    ['', 'nothing'],
    ['3006020101020101ff', 'something behind it'],
    ['30060201010201', 'cut short'],
    ['3106020101020101', 'no SEQUENCE'],
    ['308106020101020101', 'a long form of a short length'],
    ['3080020101020101', 'an indefinite length'],
    ['300702020001020101', 'a leading zero'],
    ['3006020100020101', 'r of zero'],
    ['3006020101020100', 's of zero'],
    ['3006020181020101', 'a negative r'],
    ['30050200020101', 'an empty INTEGER'],
    ['3009020101020101020101', 'a third INTEGER'],
    ['3006030101020101', 'another type'],
    ['3007020101028101 01', 'a long form within'],
    ['3006020101020201', 's beyond the end'],
    ['3003020101', 'r alone'],
  ])('%s: %s', (hex) => {
    expect(codeOf(() => ecdsaDerToRaw(fromHex(hex.replace(' ', '')), 32))).toBe(
      'codec/ecdsa-signature-malformed',
    );
  });

  test('r longer than the curve allows', () => {
    const der = ecdsaRawToDer(new Uint8Array(66).fill(0x7f));
    expect(ecdsaDerToRaw(der, 33)).toEqual(new Uint8Array(66).fill(0x7f));
    expect(refusalOf(() => ecdsaDerToRaw(der, 32))).toMatchObject({ detail: { offset: 4 } });
  });

  test.each([0, 1, 63, 134])('a raw signature of %i octets', (length) => {
    expect(codeOf(() => ecdsaRawToDer(new Uint8Array(length).fill(1)))).toBe(
      'codec/ecdsa-signature-malformed',
    );
  });

  test('a raw signature with r or s of zero', () => {
    const raw = new Uint8Array(64).fill(1);
    expect(codeOf(() => ecdsaRawToDer(raw.slice().fill(0, 0, 32)))).toBe('codec/ecdsa-signature-malformed');
    expect(codeOf(() => ecdsaRawToDer(raw.slice().fill(0, 32)))).toBe('codec/ecdsa-signature-malformed');
  });
});
