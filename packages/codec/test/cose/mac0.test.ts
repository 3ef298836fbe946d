import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, fromHex, toHex } from '../../src/bytes.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { CborTag, type CborValue } from '../../src/cbor/value.ts';
import { decodeMac0, encodeMac0, type Mac, mac0Algorithm, verifyMac0 } from '../../src/cose/mac0.ts';
import { codeOf } from '../refusal.ts';

const mac: Mac = (algorithm, key, data) =>
  new Uint8Array(createHmac(algorithm.replace('HS', 'sha'), key).update(data).digest());
const key = fromHex('8f'.repeat(32));
const payload = encodeUtf8('reading 21.5');
const message = (...parts: CborValue[]) => encodeCbor(new CborTag(17, parts));
const protectedOf = (...entries: [CborValue, CborValue][]) => encodeCbor(new Map(entries));

test('HMAC 256/256 of cose-wg/Examples (hmac-examples/HMac-enc-01)', () => {
  const secret = fromHex('849b57219dae48de646d07dbb533566e976686457c1491be3a76dcea6c427188');
  const octets = fromHex(
    'd18443a10105a054546869732069732074686520636f6e74656e742e5820a1a848d3471f9d61ee49018d244c824772f223ad4f935293f1789fc3a08d8c58',
  );
  const decoded = decodeMac0(octets);
  expect(mac0Algorithm(decoded)).toBe('HS256');
  expect(verifyMac0(decoded, mac, secret)).toBe(true);
  expect(toHex(encodeMac0({ algorithm: 'HS256', payload: decoded.payload! }, mac, secret))).toBe(
    toHex(octets),
  );
});

describe.each(['HS256', 'HS384', 'HS512'] as const)('%s', (algorithm) => {
  test('a tag holds under its key, carried or detached, and not for anything else', () => {
    const carried = decodeMac0(encodeMac0({ algorithm, payload }, mac, key));
    const detached = decodeMac0(encodeMac0({ algorithm, payload, detached: true }, mac, key));
    expect(verifyMac0(carried, mac, key)).toBe(true);
    expect(verifyMac0(detached, mac, key, payload)).toBe(true);
    expect(
      verifyMac0(
        carried,
        mac,
        key.map((octet) => octet ^ 1),
      ),
    ).toBe(false);
    expect(verifyMac0(detached, mac, key, encodeUtf8('reading 99.9'))).toBe(false);
    expect(verifyMac0({ ...carried, tag: carried.tag.slice(0, 8) }, mac, key)).toBe(false);
  });
});

describe('refused', () => {
  const tag = new Uint8Array(32);
  const header = protectedOf([1, 5]);
  test.each<[string, Uint8Array, string]>([
    ['another tag', encodeCbor(new CborTag(18, [header, new Map(), payload, tag])), 'codec/cose-tag'],
    ['three elements', message(header, new Map(), payload), 'codec/cose-malformed'],
    ['a header that is no byte string', message(1, new Map(), payload, tag), 'codec/cose-malformed'],
    ['a header that is no map', message(header, 1, payload, tag), 'codec/cose-malformed'],
    ['a payload that is a text', message(header, new Map(), 'a', tag), 'codec/cose-malformed'],
    ['a tag that is a text', message(header, new Map(), payload, 'a'), 'codec/cose-malformed'],
    [
      'an algorithm outside the protected header',
      message(new Uint8Array(0), new Map([[1, 5]]), payload, tag),
      'codec/cose-algorithm-unprotected',
    ],
  ])('%s', (_, octets, code) => {
    expect(codeOf(() => decodeMac0(octets))).toBe(code);
  });

  test.each<[string, Uint8Array, Uint8Array | undefined, string]>([
    [
      'no algorithm',
      message(new Uint8Array(0), new Map(), payload, tag),
      undefined,
      'codec/cose-algorithm-missing',
    ],
    [
      'a cut HMAC',
      message(protectedOf([1, 4]), new Map(), payload, tag),
      undefined,
      'codec/cose-algorithm-unknown',
    ],
    [
      'a critical label that nobody knows',
      message(protectedOf([1, 5], [2, [99]], [99, 1]), new Map(), payload, tag),
      undefined,
      'codec/cose-critical-unknown',
    ],
    ['no payload', message(header, new Map(), null, tag), undefined, 'codec/cose-payload-missing'],
    ['two payloads', message(header, new Map(), payload, tag), payload, 'codec/cose-payload-ambiguous'],
  ])('by whoever verifies: %s', (_, octets, detached, code) => {
    expect(codeOf(() => verifyMac0(decodeMac0(octets), mac, key, detached))).toBe(code);
  });
});
