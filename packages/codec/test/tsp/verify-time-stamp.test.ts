import { describe, expect, test } from 'vitest';
import { type AlgorithmName, ecdsaRawToDer } from '../../src/algorithms.ts';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { inSetOrder } from '../../src/der/set-of.ts';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import { verifyTimeStamp } from '../../src/tsp/verify-time-stamp.ts';
import { element, sequence } from '../der/element.ts';
import { issue, root, stampedAt, stamper, stamperExtensions, weakKey } from './certificates.ts';
import { attributesOf, digest, hashAlgorithm, infoOf, nonce, tokenOf } from './structures.ts';
import { hash, refused, verified, verify } from './verification.ts';

const nothing = new Uint8Array(0);
const anchor = root();
const authority = stamper(anchor);
const expected = { digest, nonce, policy: '1.2.3.4', roots: [anchor.der], now: stampedAt };

test('what a verified time-stamp proves', async () => {
  const accurate = infoOf({ tail: concatBytes(sequence(fromHex('800164')), element(2, nonce)) });
  const stamp = await verified(tokenOf(authority, { info: accurate }), expected);
  expect(stamp).toEqual({
    time: stampedAt,
    accuracy: 100,
    serialNumber: Uint8Array.of(7),
    policy: '1.2.3.4',
    certificate: authority.certificate,
    root: anchor.certificate,
  });
  expect(await verified(tokenOf(authority), expected)).not.toHaveProperty('accuracy');
});

describe('every algorithm of the table verifies', () => {
  const names: readonly AlgorithmName[] = [
    ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512'] as const),
    ...(['PS256', 'PS384', 'PS512', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const),
  ];
  test.each(names)('%s', async (algorithm) => {
    const signer = stamper(anchor, algorithm);
    expect((await verified(tokenOf(signer), expected)).certificate).toEqual(signer.certificate);
    const other = stamper(anchor, algorithm);
    const stolen = tokenOf({ ...signer, key: other.key });
    expect(await refused(stolen, expected)).toBe('codec/tsp-signature');
  });
  test.each(['EdDSA', 'ML-DSA-87'] as const)('%s goes with SHA-512 alone', async (algorithm) => {
    const digestAlgorithm = hashAlgorithm('SHA-256');
    expect(await refused(tokenOf(stamper(anchor, algorithm), { digestAlgorithm }), expected)).toBe(
      'codec/cms-digest-unpaired',
    );
  });
  test.each(['0500', ''])(
    'rsaEncryption (parameters: %j), which leaves the hash to the digest',
    async (parameters) => {
      const signer = stamper(anchor, 'RS384');
      const signatureAlgorithm = sequence(fromHex('06092a864886f70d010101'), fromHex(parameters));
      expect((await verified(tokenOf(signer, { signatureAlgorithm }), expected)).time).toBe(stampedAt);
    },
  );
});

describe('the answer to another question is refused', () => {
  const token = tokenOf(authority);
  test.each([
    ['another digest', { digest: digest.with(31, digest[31]! ^ 1) }, 'codec/tsp-imprint'],
    ['a digest by another hash', { digest: new Uint8Array(64) }, 'codec/tsp-imprint'],
    ['another nonce', { nonce: nonce.with(0, 0x12) }, 'codec/tsp-nonce'],
    ['a longer nonce', { nonce: concatBytes(fromHex('01'), nonce) }, 'codec/tsp-nonce'],
    ['another policy', { policy: '1.2.3.5' }, 'codec/tsp-policy'],
    ['an earlier clock', { now: stampedAt - 1 }, 'codec/tsp-future'],
  ])('%s', async (_, difference, code) => {
    expect(await refused(token, { ...expected, ...difference })).toBe(code);
  });
  test('no nonce, where one was asked for', async () => {
    expect(await refused(tokenOf(authority, { info: infoOf({ tail: nothing }) }), expected)).toBe(
      'codec/tsp-nonce',
    );
  });
  test('but what was not asked for may be anything', async () => {
    const { roots } = expected;
    expect((await verified(token, { digest, roots })).time).toBe(stampedAt);
    expect((await verified(token, { digest, roots, nonce: concatBytes(fromHex('0000'), nonce) })).time).toBe(
      stampedAt,
    );
  });
  test('and a time within its accuracy of the clock is no time to come', async () => {
    const info = infoOf({ tail: concatBytes(sequence(fromHex('020101')), element(2, nonce)) });
    const token = tokenOf(authority, { info });
    expect((await verified(token, { ...expected, now: stampedAt - 1000 })).accuracy).toBe(1000);
    expect(await refused(token, { ...expected, now: stampedAt - 1001 })).toBe('codec/tsp-future');
  });
});

test('attributes signed under the tag that they have in the message are not (RFC 5652 §5.4)', async () => {
  const attributes = element(0xa0, ...inSetOrder(attributesOf(authority, infoOf())));
  const signature = element(4, ecdsaRawToDer(authority.key.signer.sign(attributes)));
  expect(await refused(tokenOf(authority, { signature }), expected)).toBe('codec/tsp-signature');
});

test('a signature that is none at all is refused', async () => {
  expect(await refused(tokenOf(authority, { signature: element(4) }), expected)).toBe('codec/tsp-signature');
});

test('an authority with a weak key is refused by name', async () => {
  const holder = issue({ name: 'stamper', issuer: anchor, key: weakKey(), extensions: stamperExtensions });
  expect(await refused(tokenOf(holder), expected)).toBe('codec/x509-rsa-too-short');
});

test('hashes may come later', async () => {
  const token = parseTimeStampToken(tokenOf(authority));
  const later = { ...expected, verify, hash: async (...of: Parameters<typeof hash>) => hash(...of) };
  expect((await verifyTimeStamp(token, later)).time).toBe(stampedAt);
});
