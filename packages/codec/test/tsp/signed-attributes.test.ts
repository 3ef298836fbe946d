import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { signatureAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { element, sequence } from '../der/element.ts';
import { root, stampedAt, stamper } from './certificates.ts';
import {
  attributeOf,
  attributesOf,
  digest,
  hashAlgorithm,
  infoOf,
  nonce,
  oid,
  tokenOf,
} from './structures.ts';
import { refused, verified } from './verification.ts';

const anchor = root();
const authority = stamper(anchor);
const expected = { digest, nonce, policy: '1.2.3.4', roots: [anchor.der], now: stampedAt };

describe('the signed attributes', () => {
  const [contentType, messageDigest, signingCertificate] = attributesOf(authority, infoOf()) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const protection = (digestAlgorithm: Uint8Array, signatureAlgorithm: Uint8Array) =>
    attributeOf(oid.algorithmProtection, sequence(digestAlgorithm, signatureAlgorithm.with(0, 0xa1)));
  const ecdsa = signatureAlgorithmIdentifier('ES256');

  test.each<[string, Uint8Array[], string]>([
    ['no type of content', [messageDigest, signingCertificate], 'codec/tsp-content-type'],
    [
      'another type of content',
      [attributeOf(oid.contentType, fromHex('06092a864886f70d010701')), messageDigest, signingCertificate],
      'codec/tsp-content-type',
    ],
    [
      'two types of content',
      [
        attributeOf(oid.contentType, fromHex('06092a864886f70d010701'), fromHex(oid.timeStampInfo)),
        messageDigest,
        signingCertificate,
      ],
      'codec/tsp-attribute-values',
    ],
    ['no digest', [contentType, signingCertificate], 'codec/tsp-message-digest'],
    [
      'the digest of other content',
      [contentType, attributeOf(oid.messageDigest, element(4, digest)), signingCertificate],
      'codec/tsp-message-digest',
    ],
    [
      'a digest that is no OCTET STRING',
      [contentType, attributeOf(oid.messageDigest, fromHex('0500')), signingCertificate],
      'codec/der-tag',
    ],
    ['no certificate', [contentType, messageDigest], 'codec/tsp-signing-certificate-missing'],
    [
      'another digest algorithm',
      [contentType, messageDigest, signingCertificate, protection(hashAlgorithm('SHA-512'), ecdsa)],
      'codec/tsp-algorithm-protection',
    ],
    [
      'another signature algorithm',
      [
        contentType,
        messageDigest,
        signingCertificate,
        protection(hashAlgorithm('SHA-256'), signatureAlgorithmIdentifier('RS256')),
      ],
      'codec/tsp-algorithm-protection',
    ],
  ])('with %s are refused', async (_, attributes, code) => {
    expect(await refused(tokenOf(authority, { attributes }), expected)).toBe(code);
  });

  test('may repeat the algorithms, and say more than anybody asks', async () => {
    const attributes = [
      ...[contentType, messageDigest, signingCertificate],
      protection(hashAlgorithm('SHA-256'), ecdsa),
      attributeOf(oid.signingTime, element(0x17, '260601120000Z')),
    ];
    expect((await verified(tokenOf(authority, { attributes }), expected)).time).toBe(stampedAt);
  });
});
