import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import { element, sequence, set } from '../der/element.ts';
import { codeOf } from '../refusal.ts';
import { root, stamper } from '../tsp/certificates.ts';
import {
  attributeOf,
  attributesOf,
  certificateSet,
  hashAlgorithm,
  infoOf,
  issuerAndSerialNumber,
  oid,
  signerOf,
  type TokenParts,
  tokenOf,
} from '../tsp/structures.ts';

const authority = stamper(root());
const parse = (parts: TokenParts) => parseTimeStampToken(tokenOf(authority, parts));
const signer = signerOf(authority, {});
const contentType = attributeOf(oid.contentType, fromHex(oid.timeStampInfo));

describe('a message that is refused', () => {
  test.each<[string, TokenParts, string]>([
    ['of version 1', { version: 1 }, 'codec/cms-version'],
    ['of version 4', { version: 4 }, 'codec/cms-version'],
    ['without digest algorithms', { digestAlgorithms: set() }, 'codec/cms-digest-algorithms'],
    [
      'with another digest algorithm',
      { digestAlgorithms: set(hashAlgorithm('SHA-512')) },
      'codec/cms-digest-algorithms',
    ],
    [
      'with two digest algorithms',
      { digestAlgorithms: set(hashAlgorithm('SHA-256'), hashAlgorithm('SHA-512')) },
      'codec/cms-digest-algorithms',
    ],
    [
      'around plain data',
      { encapsulated: sequence(fromHex('06092a864886f70d010701'), element(0xa0, element(4))) },
      'codec/cms-encapsulated-type',
    ],
    ['without its content', { encapsulated: sequence(fromHex(oid.timeStampInfo)) }, 'codec/cms-content'],
    [
      'with content in pieces',
      {
        encapsulated: sequence(
          fromHex(oid.timeStampInfo),
          element(0xa0, element(0x24, element(4, infoOf()))),
        ),
      },
      'codec/der-constructed',
    ],
    [
      'with two contents',
      {
        encapsulated: sequence(fromHex(oid.timeStampInfo), element(0xa0, element(4, infoOf()), element(4))),
      },
      'codec/der-trailing',
    ],
    [
      'with more behind its content',
      {
        encapsulated: sequence(
          fromHex(oid.timeStampInfo),
          element(0xa0, element(4, infoOf())),
          fromHex('0500'),
        ),
      },
      'codec/der-trailing',
    ],
    [
      'with 17 certificates',
      { certificates: certificateSet(...new Array(17).fill(authority)) },
      'codec/cms-too-many-certificates',
    ],
    [
      'with an attribute certificate',
      { certificates: element(0xa0, element(0xa2, fromHex('0500'))) },
      'codec/cms-certificate-choice',
    ],
    ['with a certificate that is none', { certificates: element(0xa0, sequence()) }, 'codec/der-truncated'],
    [
      'with revocation lists',
      { certificates: concatBytes(certificateSet(authority), element(0xa1, sequence())) },
      'codec/cms-revocation-lists',
    ],
    ['without signers', { signers: set() }, 'codec/cms-signers'],
    ['with two signers', { signers: set(signer, signer) }, 'codec/cms-signers'],
    ['with unsigned attributes', { unsigned: element(0xa1, contentType) }, 'codec/cms-unsigned-attributes'],
    ['with a signer of version 3', { signerVersion: 3 }, 'codec/cms-signer-version'],
    ['with a key identifier in version 1', { identifier: element(0x80, [1]) }, 'codec/cms-signer-version'],
    [
      'with more behind the serial number of its signer',
      { identifier: sequence(authority.certificate.issuerDer, element(2, [1]), fromHex('0500')) },
      'codec/der-trailing',
    ],
    [
      'with a digest by SHA-1',
      { digestAlgorithm: sequence(fromHex(oid.sha1)) },
      'codec/cms-digest-algorithm',
    ],
    [
      'whose signature is by another hash than its digest',
      { digestAlgorithm: hashAlgorithm('SHA-384') },
      'codec/cms-digest-unpaired',
    ],
    [
      'with an unknown signature algorithm',
      { signatureAlgorithm: sequence(fromHex('06032a0304')) },
      'codec/cms-signature-algorithm',
    ],
    [
      'with ecdsa-with-SHA1',
      { signatureAlgorithm: sequence(fromHex('06072a8648ce3d0401')) },
      'codec/cms-signature-algorithm',
    ],
    [
      'with other parameters beside rsaEncryption',
      { signatureAlgorithm: sequence(fromHex('06092a864886f70d010101'), fromHex('020100')) },
      'codec/cms-signature-algorithm',
    ],
    ['with the signature as BIT STRING', { signature: element(3, [0, 1]) }, 'codec/der-tag'],
    [
      'with attributes out of order',
      { attributeSet: concatBytes(...attributesOf(authority, infoOf()).toReversed()) },
      'codec/der-set-order',
    ],
    [
      'with an attribute twice',
      { attributes: [contentType, attributeOf(oid.contentType, fromHex('0500'))] },
      'codec/x509-attribute-twice',
    ],
    [
      'with an attribute without value',
      { attributes: [attributeOf(oid.contentType)] },
      'codec/x509-attribute-empty',
    ],
    [
      'with attributes that are not DER',
      { attributes: [attributeOf(oid.signingTime, fromHex('1780'))] },
      'codec/der-length-indefinite',
    ],
  ])('%s', (_, parts, code) => {
    expect(codeOf(() => parse(parts))).toBe(code);
  });

  test('without signed attributes', () => {
    const bare = sequence(
      element(2, [1]),
      issuerAndSerialNumber(authority),
      hashAlgorithm('SHA-256'),
      sequence(fromHex('06082a8648ce3d040302')),
      element(4, [1]),
    );
    expect(codeOf(() => parse({ signers: set(bare) }))).toBe('codec/cms-signed-attributes');
  });

  test('that is no SignedData, has more behind it, or is too large', () => {
    const der = tokenOf(authority);
    expect(codeOf(() => parseTimeStampToken(sequence(fromHex('06092a864886f70d010701'))))).toBe(
      'codec/cms-content-type',
    );
    expect(codeOf(() => parseTimeStampToken(concatBytes(der, fromHex('0500'))))).toBe('codec/der-trailing');
    expect(codeOf(() => parseTimeStampToken(new Uint8Array(65_537)))).toBe('codec/der-too-large');
  });
});
