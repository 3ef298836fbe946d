import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { writeDer } from '../../src/der/writer.ts';
import { writeSerialNumber } from '../../src/x509/serial-number.ts';
import { element, sequence } from '../der/element.ts';
import { type Holder, issue, root, stampedAt, stamper, stamperExtensions } from '../tsp/certificates.ts';
import {
  attributeOf,
  attributesOf,
  certificateSet,
  digest,
  hashAlgorithm,
  infoOf,
  nonce,
  oid,
  referenceTo,
  signingCertificateV2,
  type TokenParts,
  tokenOf,
} from '../tsp/structures.ts';
import { hash, refused, verified } from '../tsp/verification.ts';
import { named } from '../x509/structures.ts';

const nothing = new Uint8Array(0);
const anchor = root();
const authority = stamper(anchor);
const expected = { digest, nonce, policy: '1.2.3.4', roots: [anchor.der], now: stampedAt };

describe('the certificate that the authority names', () => {
  const twin = issue({
    name: 'stamper',
    issuer: anchor,
    key: authority.key,
    extensions: stamperExtensions,
    serialNumber: authority.certificate.serialNumber,
    notAfter: Date.UTC(2028, 0, 1),
  });
  const naming = (...attributes: Uint8Array[]): TokenParts => ({
    attributes: [...attributesOf(authority, infoOf()).slice(0, 2), ...attributes],
  });
  const version1 = (...references: Uint8Array[]) =>
    attributeOf(oid.signingCertificate, sequence(sequence(...references)));
  const bySha1 = ({ der }: Holder) => sequence(element(4, hash('SHA-1', der) as Uint8Array));
  const serialOf = ({ certificate }: Holder) =>
    writeDer((writer) => writeSerialNumber(writer, certificate.serialNumber));
  const issuerSerial = (issuerDer: Uint8Array, serial: Uint8Array) =>
    sequence(sequence(element(0xa4, issuerDer)), serial);
  const { issuerDer } = authority.certificate;

  test.each<[string, Uint8Array[]]>([
    ['by SHA-1 (RFC 2634)', [version1(bySha1(authority))]],
    [
      'in both ways (RFC 5816)',
      [version1(bySha1(authority)), signingCertificateV2(referenceTo(authority.der))],
    ],
    [
      'by SHA-384',
      [
        signingCertificateV2(
          sequence(hashAlgorithm('SHA-384'), element(4, hash('SHA-384', authority.der) as Uint8Array)),
        ),
      ],
    ],
    [
      'by SHA-256, written out',
      [
        signingCertificateV2(
          sequence(
            hashAlgorithm('SHA-256', '0500'),
            element(4, hash('SHA-256', authority.der) as Uint8Array),
          ),
        ),
      ],
    ],
    [
      'with issuer and serial number',
      [signingCertificateV2(referenceTo(authority.der, issuerSerial(issuerDer, serialOf(authority))))],
    ],
    [
      'with policies',
      [
        attributeOf(
          oid.signingCertificateV2,
          sequence(sequence(referenceTo(authority.der)), sequence(sequence(fromHex('06032a0304')))),
        ),
      ],
    ],
  ])('is recognized %s', async (_, attributes) => {
    expect((await verified(tokenOf(authority, naming(...attributes)), expected)).time).toBe(stampedAt);
  });

  test.each<[string, Uint8Array[], string]>([
    ['another one', [signingCertificateV2(referenceTo(twin.der))], 'codec/tsp-signing-certificate'],
    ['another one by SHA-1', [version1(bySha1(twin))], 'codec/tsp-signing-certificate'],
    [
      'another one in one of two ways',
      [version1(bySha1(twin)), signingCertificateV2(referenceTo(authority.der))],
      'codec/tsp-signing-certificate',
    ],
    [
      'its own in second place only',
      [signingCertificateV2(referenceTo(anchor.der), referenceTo(authority.der))],
      'codec/tsp-signing-certificate',
    ],
    [
      'its own with another issuer',
      [signingCertificateV2(referenceTo(authority.der, issuerSerial(named('other'), serialOf(authority))))],
      'codec/tsp-signing-certificate',
    ],
    [
      'its own with another serial number',
      [signingCertificateV2(referenceTo(authority.der, issuerSerial(issuerDer, serialOf(anchor))))],
      'codec/tsp-signing-certificate',
    ],
    [
      'its own with two issuers',
      [
        signingCertificateV2(
          referenceTo(
            authority.der,
            sequence(sequence(element(0xa4, issuerDer), element(0xa4, named('other'))), serialOf(authority)),
          ),
        ),
      ],
      'codec/tsp-signing-certificate',
    ],
    [
      'its own with more behind the serial number',
      [
        signingCertificateV2(
          referenceTo(
            authority.der,
            sequence(sequence(element(0xa4, issuerDer)), serialOf(authority), fromHex('0500')),
          ),
        ),
      ],
      'codec/der-trailing',
    ],
    [
      'its own with more behind the policies',
      [
        attributeOf(
          oid.signingCertificateV2,
          sequence(sequence(referenceTo(authority.der)), sequence(), sequence()),
        ),
      ],
      'codec/der-trailing',
    ],
    ['none', [signingCertificateV2()], 'codec/cms-signing-certificate'],
    [
      '17 of them',
      [signingCertificateV2(...new Array(17).fill(referenceTo(authority.der)))],
      'codec/cms-signing-certificate',
    ],
    [
      'its own by a hash that nobody knows',
      [signingCertificateV2(sequence(sequence(fromHex(oid.sha1)), element(4, new Uint8Array(20))))],
      'codec/cms-signing-certificate',
    ],
    [
      'its own with more behind',
      [
        signingCertificateV2(
          referenceTo(authority.der, issuerSerial(issuerDer, serialOf(authority)), fromHex('0500')),
        ),
      ],
      'codec/der-trailing',
    ],
  ])('is refused if it is %s', async (_, attributes, code) => {
    expect(await refused(tokenOf(authority, naming(...attributes)), expected)).toBe(code);
  });

  test('decides between two of one issuer and serial number', async () => {
    const token = tokenOf(authority, { certificates: certificateSet(twin, authority) });
    expect((await verified(token, expected)).certificate).toEqual(authority.certificate);
  });

  test('may be handed in', async () => {
    const token = tokenOf(authority, { certificates: nothing });
    expect(await refused(token, expected)).toBe('codec/tsp-signer-missing');
    expect((await verified(token, { ...expected, certificates: [authority.der] })).time).toBe(stampedAt);
    expect(await refused(token, { ...expected, certificates: [twin.der] })).toBe(
      'codec/tsp-signing-certificate',
    );
  });

  test('is the one that the signature points to', async () => {
    for (const identifier of [
      sequence(named('other'), serialOf(authority)),
      sequence(issuerDer, serialOf(anchor)),
      sequence(named('other'), serialOf(anchor)),
    ]) {
      expect(await refused(tokenOf(authority, { identifier }), expected)).toBe('codec/tsp-signer-missing');
    }
  });

  test('is found by its key identifier', async () => {
    const identifier = element(0x80, authority.certificate.subjectKeyIdentifier!);
    expect((await verified(tokenOf(authority, { signerVersion: 3, identifier }), expected)).time).toBe(
      stampedAt,
    );
    const other = element(0x80, [1, 2, 3]);
    expect(await refused(tokenOf(authority, { signerVersion: 3, identifier: other }), expected)).toBe(
      'codec/tsp-signer-missing',
    );
  });
});
