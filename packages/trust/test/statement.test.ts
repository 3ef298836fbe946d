import { type CborValue, decodeCbor, decodeSign1, encodeCbor, encodeSign1, encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUnverifiedStatement, type Statement, signStatement, verifyStatement } from '../src/index.ts';
import { newKey, verifyWithNode } from './keys.ts';

const key = newKey();
const statement: Statement = {
  issuer: 'https://maker.example',
  subject: 'model:p100',
  contentType: 'application/spdx+json',
  payload: encodeUtf8('{}'),
  issuedAt: 1_900_000_000,
  expiresAt: 1_900_000_100,
  notBefore: 1_900_000_010,
  keyId: new Uint8Array([1, 2, 3]),
};
const signed = signStatement(statement, key.signer);
const code = (code: string) => expect.objectContaining({ code });
const read = (bytes: Uint8Array, now = 1_900_000_050_000, publicKey = key.signer.publicKey) =>
  verifyStatement(bytes, verifyWithNode, publicKey, { now });

test('a statement comes back as it was signed', () => {
  expect(read(signed)).toEqual(statement);
  expect(readUnverifiedStatement(signed)).toEqual(statement);
});

test('it has the labels of RFC 9052, RFC 9597 and RFC 8392 in its protected header', () => {
  const claims = new Map<CborValue, CborValue>([
    [1, statement.issuer],
    [2, statement.subject],
    [4, 1_900_000_100],
    [5, 1_900_000_010],
    [6, 1_900_000_000],
  ]);
  const header = new Map<CborValue, CborValue>([
    [1, -7],
    [3, statement.contentType],
    [4, statement.keyId],
    [15, claims],
  ]);
  const { protectedBytes, unprotectedHeader } = decodeSign1(signed);
  expect(protectedBytes).toEqual(encodeCbor(header));
  expect(unprotectedHeader.size).toBe(0);
  expect(signed[0]).toBe(0xd2);
});

test('any statement that can be signed comes back, with every algorithm', () => {
  const keys = [newKey(), newKey('ES384'), newKey('EdDSA')];
  const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 });
  const any = fc.record({
    issuer: name,
    subject: name,
    contentType: fc.constantFrom('text/plain', 'application/cose; cose-type="cose-sign1"', 'a/b'),
    payload: fc.uint8Array({ maxLength: 200 }),
    issuedAt: fc.nat(),
    keyId: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(any, fc.constantFrom(...keys), (statement, { signer }) => {
      expect(read(signStatement(statement, signer), 0, signer.publicKey)).toEqual(statement);
    }),
    { numRuns: 50 },
  );
});

describe('is refused', () => {
  test.each<[string, object]>([
    ['trust/statement-issuer', { issuer: '' }],
    ['trust/statement-issuer', { issuer: 'a\nb' }],
    ['trust/statement-subject', { subject: 'x'.repeat(257) }],
    ['trust/statement-content-type', { contentType: 'json' }],
    ['trust/statement-time', { issuedAt: 1.5 }],
    ['trust/statement-time', { expiresAt: -1 }],
    ['trust/statement-key-id', { keyId: new Uint8Array(0) }],
    ['trust/statement-key-id', { keyId: 'k1' }],
    ['trust/statement-too-large', { payload: new Uint8Array(1 << 20) }],
  ])('%s when signed', (expected, change) => {
    expect(() => signStatement({ ...statement, ...change }, key.signer)).toThrow(code(expected));
  });

  const claims = new Map<CborValue, CborValue>([
    [1, 'issuer'],
    [2, 'subject'],
    [6, 5],
  ]);
  const header = new Map<CborValue, CborValue>([
    [3, 'a/b'],
    [4, new Uint8Array([1])],
    [15, claims],
  ]);
  const forge = (change: [CborValue, CborValue][], more: object = {}) =>
    encodeSign1(
      { protectedHeader: new Map([...header, ...change]), payload: new Uint8Array(3), ...more },
      key.signer,
    );
  const withClaims = (...change: [CborValue, CborValue][]) => forge([[15, new Map([...claims, ...change])]]);

  test('not at all, to begin with', () => {
    expect(read(forge([])).subject).toBe('subject');
    expect(read(forge([[2, [15]]])).subject).toBe('subject');
  });

  test.each<[string, Uint8Array]>([
    ['trust/statement-claims', forge([[15, 'issuer']])],
    ['trust/statement-issuer', withClaims([1, 7])],
    ['trust/statement-subject', withClaims([2, null])],
    ['trust/statement-time', withClaims([6, '5'])],
    ['trust/statement-time', withClaims([4, null])],
    ['trust/statement-content-type', forge([[3, 50]])],
    ['trust/statement-key-id', forge([[4, 'k']])],
    ['trust/statement-detached', forge([], { detached: true })],
    [
      'trust/statement-unverifiable',
      forge([
        [2, [99]],
        [99, 1],
      ]),
    ],
    ['trust/statement-malformed', new Uint8Array(0)],
    ['trust/statement-malformed', signed.subarray(1)],
    ['trust/statement-malformed', signed.subarray(0, -1)],
    ['trust/statement-malformed', new Uint8Array([...signed, 0])],
    ['trust/statement-too-large', new Uint8Array((1 << 20) + 1)],
  ])('%s', (expected, bytes) => {
    expect(() => read(bytes)).toThrow(code(expected));
  });

  test('when its claims are unprotected', () => {
    const protectedHeader = new Map([...header].filter(([label]) => label !== 15));
    const unprotectedHeader = new Map<CborValue, CborValue>([[15, claims]]);
    const bytes = encodeSign1({ protectedHeader, unprotectedHeader, payload: new Uint8Array(3) }, key.signer);
    expect(() => read(bytes)).toThrow(code('trust/statement-claims'));
  });

  test('under another key', () => {
    expect(() => read(signed, undefined, newKey().signer.publicKey)).toThrow(
      code('trust/statement-signature'),
    );
    const edwards = newKey('EdDSA').signer.publicKey;
    expect(() => read(signed, undefined, edwards)).toThrow(code('trust/statement-unverifiable'));
  });

  test('before and after its time', () => {
    expect(() => read(signed, 1_900_000_009_999)).toThrow(code('trust/statement-not-yet-valid'));
    expect(read(signed, 1_900_000_010_000)).toEqual(statement);
    expect(read(signed, 1_900_000_099_999)).toEqual(statement);
    expect(() => read(signed, 1_900_000_100_000)).toThrow(code('trust/statement-expired'));
  });

  test('with any single bit turned over', () => {
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.nat(7), (index, bit) => {
        const changed = signed.map((byte, at) => (at === index ? byte ^ (1 << bit) : byte));
        expect(() => read(changed)).toThrow(expect.objectContaining({ name: 'KitenError' }));
      }),
    );
  });
});

test('the payload is what was signed, not a view of the message', () => {
  const copy = signed.slice();
  const { payload } = read(copy);
  copy.fill(0);
  expect(payload).toEqual(statement.payload);
  expect(decodeCbor(signed)).toBeDefined();
});
