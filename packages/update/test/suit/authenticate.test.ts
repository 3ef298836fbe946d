import { CborTag, encodeCbor, encodeUtf8 } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  authenticateEnvelope,
  authenticateWithSecret,
  buildEnvelope,
  encodeEnvelope,
  signEnvelope,
  verifyEnvelope,
} from '../../src/index.ts';
import { manifestOf } from './fixtures.ts';
import { codeOf, freshSigner, mac, verify } from './keys.ts';

const unsigned = buildEnvelope(manifestOf());
const [first, second, third] = [freshSigner('ES256'), freshSigner('EdDSA'), freshSigner('ES256')];
const signers = [first, second].map(({ publicKey }) => ({ publicKey }));

describe.each(['ES256', 'ES384', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65'] as const)('%s', (algorithm) => {
  test('a manifest is taken from whoever is trusted, and from nobody else', () => {
    const signer = freshSigner(algorithm);
    const signed = encodeEnvelope(signEnvelope(unsigned, signer));
    const trust = (publicKey: Uint8Array) => ({ signers: [{ publicKey }], verify });
    expect(verifyEnvelope(signed, trust(signer.publicKey)).manifest).toEqual(manifestOf());
    expect(codeOf(() => verifyEnvelope(signed, trust(freshSigner(algorithm).publicKey)))).toBe(
      'update/suit-signature-invalid',
    );
  });
});

test.each([
  ['ES256', -7],
  ['ES256', -9],
  ['ES384', -35],
  ['ES384', -51],
  ['EdDSA', -8],
  ['EdDSA', -19],
] as const)('%s may be named by the code point %i', (algorithm, codePoint) => {
  const signer = freshSigner(algorithm);
  const signed = signEnvelope(unsigned, signer, { fullySpecified: codePoint });
  expect(authenticateEnvelope(signed, { signers: [signer], verify }).signers).toHaveLength(1);
});

test.each(['HS256', 'HS384', 'HS512'] as const)('%s under a shared key', (algorithm) => {
  const key = { secret: encodeUtf8('a'.repeat(32)), keyIdentifier: encodeUtf8('kid-1') };
  const envelope = authenticateWithSecret(unsigned, algorithm, key, mac);
  expect(authenticateEnvelope(envelope, { sharedKeys: [key], verify, mac }).signers).toEqual([key]);
  const other = { secret: encodeUtf8('b'.repeat(32)) };
  const refused = 'update/suit-signature-invalid';
  expect(codeOf(() => authenticateEnvelope(envelope, { sharedKeys: [other], verify, mac }))).toBe(refused);
  expect(codeOf(() => authenticateEnvelope(envelope, { sharedKeys: [key], verify }))).toBe(refused);
});

describe('a threshold', () => {
  const trust = { signers, verify, threshold: 2 };

  test('is met by as many keys', () => {
    const signed = signEnvelope(signEnvelope(unsigned, first), second);
    expect(authenticateEnvelope(signed, trust).signers).toEqual(signers);
  });

  test('is not met by one key that signs twice', () => {
    const signed = signEnvelope(signEnvelope(unsigned, first), first, { fullySpecified: -9 });
    expect(codeOf(() => authenticateEnvelope(signed, trust))).toBe('update/suit-below-threshold');
  });

  test('is not met by one key that is trusted under two names', () => {
    const [publicKey, one, two] = [first.publicKey, encodeUtf8('one'), encodeUtf8('two')];
    const twice = [
      { publicKey, keyIdentifier: one },
      { publicKey, keyIdentifier: two },
    ];
    const signed = signEnvelope(signEnvelope(unsigned, first, { keyIdentifier: one }), first, {
      keyIdentifier: two,
    });
    expect(codeOf(() => authenticateEnvelope(signed, { ...trust, signers: twice }))).toBe(
      'update/suit-below-threshold',
    );
  });

  test('is not met with the help of somebody who is not trusted, nor spoilt by them', () => {
    const signed = signEnvelope(signEnvelope(unsigned, third), first);
    expect(codeOf(() => authenticateEnvelope(signed, trust))).toBe('update/suit-below-threshold');
    expect(authenticateEnvelope(signEnvelope(signed, second), trust).signers).toHaveLength(2);
  });

  test.each([0, -1, 1.5, Number.NaN])('of %d is none', (threshold) => {
    const signed = signEnvelope(unsigned, first);
    expect(codeOf(() => authenticateEnvelope(signed, { ...trust, threshold }))).toBe(
      'update/suit-threshold-invalid',
    );
  });
});

describe('what an envelope is signed with', () => {
  const trust = { signers, verify };
  const withBlocks = (...authentications: Uint8Array[]) => ({ ...unsigned, authentications });

  test('nothing at all is refused', () => {
    expect(codeOf(() => verifyEnvelope(encodeEnvelope(unsigned), trust))).toBe('update/suit-unsigned');
  });

  test('a signature of another manifest does not hold', () => {
    const other = signEnvelope(buildEnvelope(manifestOf({ sequenceNumber: 8 })), first);
    const moved = withBlocks(...other.authentications);
    expect(codeOf(() => authenticateEnvelope(moved, trust))).toBe('update/suit-signature-invalid');
  });

  test('an algorithm or kind of message that is not known here does not spoil the rest', () => {
    const [good] = signEnvelope(unsigned, first).authentications;
    const unknown = encodeCbor(
      new CborTag(18, [encodeCbor(new Map([[1, -999]])), new Map(), null, new Uint8Array(64)]),
    );
    const several = encodeCbor(new CborTag(98, [new Uint8Array(0), new Map(), null, []]));
    expect(authenticateEnvelope(withBlocks(unknown, several, good!), trust).signers).toHaveLength(1);
  });

  test('what is no COSE message is refused', () => {
    expect(codeOf(() => authenticateEnvelope(withBlocks(encodeCbor('signed')), trust))).toBe(
      'update/suit-malformed',
    );
    expect(codeOf(() => authenticateEnvelope(withBlocks(encodeCbor(new CborTag(18, 1))), trust))).toBe(
      'update/suit-authentication-malformed',
    );
  });

  test('a key identifier that nobody has leaves all keys in question', () => {
    const signed = signEnvelope(unsigned, first, { keyIdentifier: encodeUtf8('unheard of') });
    expect(authenticateEnvelope(signed, trust).signers).toHaveLength(1);
  });
});
