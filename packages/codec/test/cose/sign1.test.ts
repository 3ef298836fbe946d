import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { algorithms } from '../../src/algorithms.ts';
import { encodeUtf8, fromHex, toHex } from '../../src/bytes.ts';
import { decodeCbor } from '../../src/cbor/decode.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { CborFloat, CborTag, type CborValue } from '../../src/cbor/value.ts';
import { coseHeader } from '../../src/cose/header.ts';
import {
  decodeSign1,
  encodeSign1,
  sign1Algorithm,
  sign1ToBeSigned,
  verifySign1,
} from '../../src/cose/sign1.ts';
import { KitenError } from '../../src/error.ts';
import type { Signer } from '../../src/signer.ts';
import { codeOf } from '../refusal.ts';
import { freshSigner, nodeVerify } from './node-crypto.ts';

const payload = encodeUtf8('reading 21.5');
const signer = freshSigner('EdDSA');
const protectedHeader = new Map<CborValue, CborValue>([[coseHeader.contentType, 'application/json']]);
const map = (...entries: [CborValue, CborValue][]) => new Map<CborValue, CborValue>(entries);
const signed = encodeSign1({ protectedHeader, payload }, signer);

/** A COSE_Sign1 from its parts, right or wrong. */
const message = (...parts: CborValue[]) => encodeCbor(new CborTag(18, parts));
const protectedOf = (...entries: [CborValue, CborValue][]) => encodeCbor(map(...entries));

describe.each(['ES256', 'EdDSA', 'ML-DSA-44', 'RS256'] as const)('%s', (algorithm) => {
  const own = freshSigner(algorithm);

  test('a signature holds under its key, and under no other', () => {
    const decoded = decodeSign1(encodeSign1({ protectedHeader, payload }, own));
    expect(sign1Algorithm(decoded)).toBe(algorithm);
    expect(decoded.payload).toEqual(payload);
    expect(verifySign1(decoded, nodeVerify, own.publicKey)).toBe(true);
    expect(verifySign1(decoded, nodeVerify, freshSigner(algorithm).publicKey)).toBe(false);
  });

  test('a changed bit of the payload, the header or the signature is noticed', () => {
    const decoded = decodeSign1(encodeSign1({ protectedHeader, payload }, own));
    const flip = (bytes: Uint8Array) =>
      bytes.map((octet, index) => (index === bytes.length - 1 ? octet ^ 1 : octet));
    expect(verifySign1({ ...decoded, payload: flip(payload) }, nodeVerify, own.publicKey)).toBe(false);
    const protectedBytes = flip(decoded.protectedBytes);
    expect(verifySign1({ ...decoded, protectedBytes }, nodeVerify, own.publicKey)).toBe(false);
    const signature = flip(decoded.signature);
    expect(verifySign1({ ...decoded, signature }, nodeVerify, own.publicKey)).toBe(false);
  });
});

describe('encoding', () => {
  test('the algorithm is added to the protected header, the message is tagged', () => {
    const decoded = decodeSign1(signed);
    expect(decoded.protectedHeader.get(coseHeader.algorithm)).toBe(algorithms.EdDSA.cose);
    expect(decodeCbor(signed)).toMatchObject({ tag: 18 });
    expect(protectedHeader.has(coseHeader.algorithm)).toBe(false);
  });

  test('what is signed is the Sig_structure of RFC 9052 §4.4', () => {
    let seen = '';
    const spy: Signer = {
      ...signer,
      sign: (data) => {
        seen = toHex(data);
        return signer.sign(data);
      },
    };
    encodeSign1({ protectedHeader: map([1, -8]), payload: fromHex('0102'), externalAad: fromHex('aa') }, spy);
    expect(seen).toBe('846a5369676e61747572653143a1012741aa420102');
  });

  test('a detached payload is signed and not carried', () => {
    const decoded = decodeSign1(encodeSign1({ protectedHeader, payload, detached: true }, signer));
    expect(decoded.payload).toBeNull();
    expect(verifySign1(decoded, nodeVerify, signer.publicKey, { payload })).toBe(true);
    expect(verifySign1(decoded, nodeVerify, signer.publicKey, { payload: encodeUtf8('other') })).toBe(false);
    expect(codeOf(() => verifySign1(decoded, nodeVerify, signer.publicKey))).toBe(
      'codec/cose-payload-missing',
    );
  });

  test('external data belongs to what is signed', () => {
    const externalAad = encodeUtf8('plant-7.example');
    const decoded = decodeSign1(encodeSign1({ protectedHeader, payload, externalAad }, signer));
    expect(verifySign1(decoded, nodeVerify, signer.publicKey, { externalAad })).toBe(true);
    expect(verifySign1(decoded, nodeVerify, signer.publicKey)).toBe(false);
  });

  test.each<[string, Map<CborValue, CborValue>, Map<CborValue, CborValue>, string]>([
    ['another algorithm', map([1, -7]), map(), 'codec/cose-algorithm-mismatch'],
    ['an algorithm outside', map(), map([1, -8]), 'codec/cose-duplicate-label'],
    [
      'a label in both headers',
      map([4, fromHex('01')]),
      map([4, fromHex('01')]),
      'codec/cose-duplicate-label',
    ],
    ['a label that is a float', map(), map([new CborFloat(4), 0]), 'codec/cose-label-invalid'],
    ['a label that is a small bigint', map([4, 0]), map([4n, 0]), 'codec/cose-label-invalid'],
    ['a critical label that is not there', map([2, [99]]), map(), 'codec/cose-critical-malformed'],
  ])('%s is refused', (_, header, unprotectedHeader, code) => {
    expect(codeOf(() => encodeSign1({ protectedHeader: header, unprotectedHeader, payload }, signer))).toBe(
      code,
    );
  });

  test('a signature in DER instead of raw is refused', () => {
    const es256 = freshSigner('ES256');
    const wrong: Signer = { ...es256, sign: () => new Uint8Array(71) };
    expect(codeOf(() => encodeSign1({ protectedHeader, payload }, wrong))).toBe(
      'codec/cose-signature-length',
    );
  });
});

describe('decoding', () => {
  const header = protectedOf([1, -8]);
  const signature = new Uint8Array(64);

  test('untagged is accepted, and an empty protected header in either form counts as no octets', () => {
    for (const octets of [new Uint8Array(0), fromHex('a0')]) {
      const decoded = decodeSign1(encodeCbor([octets, map(), payload, signature]));
      expect(decoded.protectedHeader.size).toBe(0);
      expect(decoded.protectedBytes).toEqual(new Uint8Array(0));
      expect(codeOf(() => verifySign1(decoded, nodeVerify, signer.publicKey))).toBe(
        'codec/cose-algorithm-missing',
      );
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['three elements', message(header, map(), payload), 'codec/cose-malformed'],
    ['five elements', message(header, map(), payload, signature, 0), 'codec/cose-malformed'],
    ['a map instead', encodeCbor(map()), 'codec/cose-malformed'],
    ['a bare protected header', message(map([1, -8]), map(), payload, signature), 'codec/cose-malformed'],
    [
      'a protected header that is an array',
      message(fromHex('80'), map(), payload, signature),
      'codec/cose-malformed',
    ],
    [
      'an unprotected header in octets',
      message(header, fromHex('a0'), payload, signature),
      'codec/cose-malformed',
    ],
    ['a text as payload', message(header, map(), 'text', signature), 'codec/cose-malformed'],
    ['an undefined payload', message(header, map(), undefined, signature), 'codec/cose-malformed'],
    ['a missing signature', message(header, map(), payload, null), 'codec/cose-malformed'],
    [
      'the tag of COSE_Sign',
      encodeCbor(new CborTag(98, [header, map(), payload, signature])),
      'codec/cose-tag',
    ],
    [
      'the tag twice',
      encodeCbor(new CborTag(18, new CborTag(18, [header, map(), payload, signature]))),
      'codec/cose-malformed',
    ],
    [
      'an algorithm outside',
      message(new Uint8Array(0), map([1, -8]), payload, signature),
      'codec/cose-algorithm-unprotected',
    ],
    [
      'an algorithm inside and outside',
      message(header, map([1, -8]), payload, signature),
      'codec/cose-duplicate-label',
    ],
    [
      'a label in both headers',
      message(protectedOf([1, -8], ['x', 0]), map(['x', 0]), payload, signature),
      'codec/cose-duplicate-label',
    ],
    [
      'critical labels outside',
      message(header, map([2, [1]]), payload, signature),
      'codec/cose-critical-malformed',
    ],
    [
      'no critical labels',
      message(protectedOf([1, -8], [2, []]), map(), payload, signature),
      'codec/cose-critical-malformed',
    ],
    [
      'critical labels that are no list',
      message(protectedOf([1, -8], [2, 1]), map(), payload, signature),
      'codec/cose-critical-malformed',
    ],
    [
      'a critical label outside',
      message(protectedOf([1, -8], [2, [99]]), map([99, 0]), payload, signature),
      'codec/cose-critical-malformed',
    ],
    [
      'a label that is a byte string',
      message(header, map([fromHex('01'), 0]), payload, signature),
      'codec/cose-label-invalid',
    ],
    [
      'a label that is a float',
      message(protectedOf([1, -8], [new CborFloat(5), 0]), map(), payload, signature),
      'codec/cose-label-invalid',
    ],
    [
      'a duplicate label',
      message(fromHex('a201270127'), map(), payload, signature),
      'codec/cbor-duplicate-key',
    ],
    [
      'more behind the protected header',
      message(fromHex('a1012700'), map(), payload, signature),
      'codec/cbor-trailing-bytes',
    ],
    [
      'labels in another order',
      message(fromHex('a203000127'), map(), payload, signature),
      'codec/cbor-key-order',
    ],
    ['trailing bytes', Uint8Array.from([...signed, 0]), 'codec/cbor-trailing-bytes'],
  ])('%s is refused', (_, bytes, code) => {
    expect(codeOf(() => decodeSign1(bytes))).toBe(code);
  });

  test('labels in another order are read where they are admitted, and signed as they came', () => {
    const octets = fromHex('a203000127');
    const toBeSigned = encodeCbor(['Signature1', octets, new Uint8Array(0), payload]);
    const bytes = message(octets, map(), payload, signer.sign(toBeSigned));
    const decoded = decodeSign1(bytes, { deterministic: false });
    expect(verifySign1(decoded, nodeVerify, signer.publicKey)).toBe(true);
  });

  test('whatever was changed is refused with a code, or does not hold, unless it is outside the signature', () => {
    const parts = decodeSign1(signed);
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = signed.slice();
        bytes[at]! ^= difference;
        try {
          const decoded = decodeSign1(bytes);
          const holds = verifySign1(decoded, nodeVerify, signer.publicKey);
          // COSE leaves the unprotected header open to change; here it is empty, and stays a map.
          expect(holds).toBe(false);
          expect(toHex(bytes)).not.toBe(toHex(signed));
        } catch (error) {
          if (!(error instanceof KitenError)) throw error;
          expect(error.code).toMatch(/^codec\/(cbor|cose)-/);
        }
      }),
      { numRuns: 1000 },
    );
    expect(verifySign1(parts, nodeVerify, signer.publicKey)).toBe(true);
  });
});

describe('verifying', () => {
  const decoded = decodeSign1(signed);

  test('a key of another algorithm is refused, whatever the verifier would say', () => {
    for (const algorithm of ['ES256', 'ML-DSA-44', 'RS256'] as const) {
      const { publicKey } = freshSigner(algorithm);
      expect(codeOf(() => verifySign1(decoded, () => true, publicKey))).toBe('codec/cose-key-mismatch');
    }
  });

  test('an unknown critical label is refused, and accepted from a caller that understands it', () => {
    const header = map([2, ['limit', 3]], [3, 0], ['limit', 5]);
    const critical = decodeSign1(encodeSign1({ protectedHeader: header, payload }, signer));
    expect(codeOf(() => verifySign1(critical, nodeVerify, signer.publicKey))).toBe(
      'codec/cose-critical-unknown',
    );
    expect(verifySign1(critical, nodeVerify, signer.publicKey, { understood: ['limit'] })).toBe(true);
  });

  test('a signature of the wrong length does not hold, and is not even tried', () => {
    const cut = { ...decoded, signature: decoded.signature.subarray(1) };
    expect(verifySign1(cut, () => true, signer.publicKey)).toBe(false);
    expect(verifySign1({ ...decoded, signature: new Uint8Array(0) }, () => true, signer.publicKey)).toBe(
      false,
    );
  });

  test('what was signed is told to whoever verifies elsewhere', () => {
    const seen: Uint8Array[] = [];
    const spy: Signer = {
      ...signer,
      sign: (data) => {
        seen.push(data);
        return signer.sign(data);
      },
    };
    const externalAad = encodeUtf8('plant-7.example');
    const own = decodeSign1(encodeSign1({ protectedHeader, payload }, spy));
    const detached = decodeSign1(encodeSign1({ protectedHeader, payload, externalAad, detached: true }, spy));
    expect(sign1ToBeSigned(own)).toEqual(seen[0]);
    expect(sign1ToBeSigned(detached, { payload, externalAad })).toEqual(seen[1]);
    expect(codeOf(() => sign1ToBeSigned(detached))).toBe('codec/cose-payload-missing');
    expect(codeOf(() => sign1ToBeSigned(own, { payload }))).toBe('codec/cose-payload-ambiguous');
  });

  test("a payload besides the message's own is refused", () => {
    expect(codeOf(() => verifySign1(decoded, nodeVerify, signer.publicKey, { payload }))).toBe(
      'codec/cose-payload-ambiguous',
    );
  });
});
