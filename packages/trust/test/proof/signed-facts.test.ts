import { CborTag, type CborValue, decodeSign1, encodeCbor, encodeSign1, toHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  type Atom,
  encodeFacts,
  type FactsFields,
  factsMediaType,
  maximumSignedFactsBytes,
  readUnverifiedFacts,
  signFacts,
  verifyStatement,
} from '../../src/index.ts';
import { sha256, verifyWithNode } from '../keys.ts';
import { maker, now } from './parties.ts';

const code = (code: string) => expect.objectContaining({ code });
const facts: readonly Atom[] = [
  ['vouches', 'model:p100', 'hardware', 2],
  ['vouches', 'model:p100', 'executables', -33],
];
const fields: FactsFields = {
  issuer: 'https://maker.example',
  subject: 'model:p100',
  issuedAt: now / 1000,
  expiresAt: now / 1000 + 60,
  keyId: maker.keyId,
  facts,
};
const signed = signFacts(fields, maker.signer);

test('a statement of facts comes back as it was signed, with its digest and who says what', () => {
  const digest = sha256(signed);
  expect(readUnverifiedFacts(signed, sha256)).toEqual({
    ...fields,
    bytes: signed,
    digest,
    says: facts.map((fact) => ['says', maker.keyId, digest, ...fact]),
  });
});

test('it is a statement like any other, which verifies under its key', () => {
  const statement = verifyStatement(signed, verifyWithNode, maker.signer.publicKey, { now });
  expect(statement).toMatchObject({ contentType: factsMediaType, payload: encodeFacts(facts) });
});

test('it has exactly the header of docs/verdict-bundle.md, and nothing unprotected', () => {
  const claims = new Map<CborValue, CborValue>([
    [1, fields.issuer],
    [2, fields.subject],
    [4, now / 1000 + 60],
    [6, now / 1000],
  ]);
  const header = new Map<CborValue, CborValue>([
    [1, -8],
    [3, 'application/vnd.kiten.facts+cbor'],
    [4, sha256(maker.signer.publicKey)],
    [15, claims],
  ]);
  const { protectedBytes, unprotectedHeader } = decodeSign1(signed);
  expect(toHex(protectedBytes)).toBe(toHex(encodeCbor(header)));
  expect(unprotectedHeader.size).toBe(0);
  expect(signed[0]).toBe(0xd2);
});

describe('is refused', () => {
  test('one byte beyond 4096, and not at them', () => {
    const blank = (octets: number): Atom => ['a', new Uint8Array(octets)];
    const filled = (full: number, one: number, other: number) =>
      signFacts(
        { ...fields, facts: [...Array<Atom>(full).fill(blank(64)), blank(one), blank(other)] },
        maker.signer,
      );
    const most = filled(50, 24, 24).length;
    const each = most - filled(49, 24, 24).length;
    const [more, rest] = [Math.floor((4096 - most) / each), (4096 - most) % each];
    const full = 50 + more;
    const [one, other] = [24 + Math.ceil(rest / 2), 24 + Math.floor(rest / 2)];
    const largest = filled(full, one, other);
    expect(largest).toHaveLength(maximumSignedFactsBytes);
    expect(readUnverifiedFacts(largest, sha256).facts).toHaveLength(full + 2);
    expect(() => filled(full, one, other + 1)).toThrow(code('trust/statement-too-large'));
    expect(() => readUnverifiedFacts(new Uint8Array(4097), sha256)).toThrow(
      code('trust/statement-too-large'),
    );
  });

  test.each<[string, Partial<FactsFields>]>([
    ['trust/statement-key-id', { keyId: new Uint8Array(31) }],
    ['trust/facts-count', { facts: [] }],
    ['trust/facts-atom', { facts: [['a', 0.5]] }],
    ['trust/statement-issuer', { issuer: '' }],
    ['trust/statement-time', { issuedAt: -1 }],
    ['trust/statement-time', { expiresAt: 0.5 }],
  ])('%s when signed', (expected, change) => {
    expect(() => signFacts({ ...fields, ...change }, maker.signer)).toThrow(code(expected));
  });

  const claims = new Map<CborValue, CborValue>([
    [1, 'issuer'],
    [2, 'subject'],
    [6, 5],
  ]);
  const header = new Map<CborValue, CborValue>([
    [3, factsMediaType],
    [4, maker.keyId],
    [15, claims],
  ]);
  const forge = (change: [CborValue, CborValue][], more: object = {}) =>
    encodeSign1(
      { protectedHeader: new Map([...header, ...change]), payload: encodeFacts(facts), ...more },
      maker.signer,
    );
  const raw = (protectedHeader: CborValue) =>
    encodeCbor(
      new CborTag(18, [encodeCbor(protectedHeader), new Map(), encodeFacts(facts), new Uint8Array(64)]),
    );
  const withClaims = (...change: [CborValue, CborValue][]) => forge([[15, new Map([...claims, ...change])]]);

  test('not at all, to begin with', () => {
    expect(readUnverifiedFacts(forge([]), sha256).facts).toEqual(facts);
    expect(readUnverifiedFacts(withClaims([5, 1], [4, 9]), sha256)).toMatchObject({
      notBefore: 1,
      expiresAt: 9,
    });
  });

  test.each<[string, Uint8Array]>([
    ['trust/statement-content-type', forge([[3, 'application/cbor']])],
    ['trust/statement-key-id', forge([[4, new Uint8Array(20)]])],
    ['trust/statement-header', forge([[5, new Uint8Array(1)]])],
    ['trust/statement-header', forge([[2, [15]]])],
    ['trust/statement-header', forge([['x', 1]])],
    ['trust/statement-header', withClaims([7, new Uint8Array(1)])],
    ['trust/statement-header', withClaims([-1, 1])],
    ['trust/statement-header', raw(header)],
    ['trust/statement-header', raw(new Map([...header, [1, -65_535]]))],
    ['trust/statement-header', forge([], { unprotectedHeader: new Map([[5, new Uint8Array(1)]]) })],
    ['trust/facts-malformed', forge([], { payload: new Uint8Array([0xa0]) })],
    ['trust/facts-count', forge([], { payload: new Uint8Array([0x80]) })],
    ['trust/statement-detached', forge([], { detached: true })],
    ['trust/statement-malformed', signed.subarray(1)],
  ])('%s when read', (expected, bytes) => {
    expect(() => readUnverifiedFacts(bytes, sha256)).toThrow(code(expected));
  });
});
