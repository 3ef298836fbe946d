import { expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { parseCertificate } from '../../src/x509/certificate.ts';
import { element, sequence } from '../der/element.ts';
import { codeOf, refusalOf } from '../refusal.ts';
import {
  type CertificateParts,
  certificateOf,
  extensionOf,
  extensionsOf,
  generalizedTime,
  named,
  utcTime,
} from './structures.ts';

const oid = {
  subjectKeyIdentifier: '0603551d0e',
  keyUsage: '0603551d0f',
  subjectAlternativeName: '0603551d11',
  basicConstraints: '0603551d13',
  nameConstraints: '0603551d1e',
  crlDistributionPoints: '0603551d1f',
  authorityKeyIdentifier: '0603551d23',
  extendedKeyUsage: '0603551d25',
  informationAccess: '06082b06010505070101',
  own: '06032a0304',
};
const isTrue = fromHex('0101ff');
const rsa = (parameters: string) => sequence(fromHex('06092a864886f70d01010b'), fromHex(parameters));

test('a certificate by hand is read', () => {
  const certificate = parseCertificate(certificateOf({}));
  expect(certificate).toMatchObject({
    version: 3,
    serialNumber: Uint8Array.of(1),
    subject: [{ type: 'CN', value: 'pump-1' }],
    notBefore: Date.UTC(2026, 0, 1),
    signatureAlgorithm: 'ES256',
    extensions: [],
    subjectAlternativeNames: [],
  });
  expect(certificate.keyUsage).toBeUndefined();
});

test.each<[string, CertificateParts, string]>([
  ['version 1, written', { version: element(0xa0, [2, 1, 0]) }, 'codec/der-default-encoded'],
  ['version 4', { version: element(0xa0, [2, 1, 3]) }, 'codec/der-integer-range'],
  ['serial number 0', { serial: element(2, [0]) }, 'codec/x509-serial-not-positive'],
  ['a negative serial number', { serial: element(2, [0x80]) }, 'codec/x509-serial-not-positive'],
  [
    '21 octets of serial number',
    { serial: element(2, new Uint8Array(21).fill(1)) },
    'codec/x509-serial-too-long',
  ],
  [
    'a sign octet before 20',
    { serial: element(2, [0], new Uint8Array(20).fill(0xff)) },
    'codec/x509-serial-too-long',
  ],
  ['a serial number not minimal', { serial: element(2, [0, 1]) }, 'codec/der-integer-not-minimal'],
  ['another algorithm outside', { outerAlgorithm: rsa('0500') }, 'codec/x509-algorithm-differs'],
  [
    'the same one otherwise encoded',
    { algorithm: rsa('0500'), outerAlgorithm: rsa('') },
    'codec/x509-algorithm-differs',
  ],
  [
    'NULL beside ECDSA',
    { algorithm: sequence(fromHex('06082a8648ce3d0403020500')) },
    'codec/x509-algorithm-parameters',
  ],
  ['a number beside RSA', { algorithm: rsa('020100') }, 'codec/x509-algorithm-parameters'],
  [
    'RSASSA-PSS without parameters',
    { algorithm: sequence(fromHex('06092a864886f70d01010a')) },
    'codec/der-truncated',
  ],
  ['no issuer', { issuer: sequence() }, 'codec/x509-issuer-empty'],
  ['no subject', { subject: sequence() }, 'codec/x509-subject-empty'],
  [
    'an end before the beginning',
    { validity: sequence(utcTime('270101000000'), utcTime('260101000000')) },
    'codec/x509-validity',
  ],
  [
    'GeneralizedTime before 2050',
    { validity: sequence(utcTime('260101000000'), generalizedTime('20491231235959')) },
    'codec/x509-time-form',
  ],
  [
    'three times',
    { validity: sequence(utcTime('260101000000'), utcTime('260101000000'), utcTime('260101000000')) },
    'codec/der-trailing',
  ],
  [
    'a key within an octet',
    { publicKey: sequence(sequence(fromHex('06032b6570')), element(3, [1, 2])) },
    'codec/der-bit-string-whole',
  ],
  [
    'extensions in version 2',
    { version: element(0xa0, [2, 1, 1]), tail: extensionsOf(extensionOf(oid.own, sequence())) },
    'codec/der-trailing',
  ],
  [
    'unique identifiers in version 1',
    { version: new Uint8Array(0), tail: element(0x81, [0, 1]) },
    'codec/der-trailing',
  ],
  [
    'unique identifiers the wrong way round',
    { tail: fromHex('820200018102000100').subarray(0, 8) },
    'codec/der-trailing',
  ],
  ['a signature within an octet', { signature: element(3, [1, 2]) }, 'codec/der-bit-string-whole'],
  ['more after the signature', { end: fromHex('0500') }, 'codec/der-trailing'],
  ['an empty list of extensions', { tail: element(0xa3, sequence()) }, 'codec/x509-extensions-empty'],
  [
    'two lists of extensions',
    { tail: element(0xa3, sequence(extensionOf(oid.own, sequence())), sequence()) },
    'codec/der-trailing',
  ],
])('%s is refused', (_, parts, code) => {
  expect(codeOf(() => parseCertificate(certificateOf(parts)))).toBe(code);
});

const name = (tag: number, value: Uint8Array | string) => sequence(element(tag, value));

test.each<[string, Uint8Array, string]>([
  [
    'critical FALSE, written',
    extensionOf(oid.own, sequence(), fromHex('010100')),
    'codec/der-default-encoded',
  ],
  ['critical 1', extensionOf(oid.own, sequence(), fromHex('010101')), 'codec/der-boolean'],
  [
    'cA FALSE, written',
    extensionOf(oid.basicConstraints, sequence(fromHex('010100'))),
    'codec/der-default-encoded',
  ],
  [
    'a path length without cA',
    extensionOf(oid.basicConstraints, sequence(fromHex('020100'))),
    'codec/x509-basic-constraints',
  ],
  [
    'a negative path length',
    extensionOf(oid.basicConstraints, sequence(isTrue, fromHex('0201ff'))),
    'codec/der-integer-range',
  ],
  ['more within', extensionOf(oid.basicConstraints, sequence(isTrue, fromHex('0500'))), 'codec/der-trailing'],
  ['more behind', extensionOf(oid.basicConstraints, Uint8Array.of(0x30, 0, 0x30, 0)), 'codec/der-trailing'],
  ['no key usage at all', extensionOf(oid.keyUsage, fromHex('030100')), 'codec/x509-key-usage'],
  [
    'key usage with trailing zeros',
    extensionOf(oid.keyUsage, fromHex('03020080')),
    'codec/der-named-bits-trailing-zero',
  ],
  ['key usage 9', extensionOf(oid.keyUsage, fromHex('0303068040')), 'codec/x509-key-usage'],
  ['no purpose', extensionOf(oid.extendedKeyUsage, sequence()), 'codec/x509-extended-key-usage'],
  [
    'a purpose twice',
    extensionOf(oid.extendedKeyUsage, sequence(fromHex('06032a030406032a0304'))),
    'codec/x509-extended-key-usage',
  ],
  [
    'no alternative name',
    extensionOf(oid.subjectAlternativeName, sequence()),
    'codec/x509-general-names-empty',
  ],
  [
    'a host name with a blank',
    extensionOf(oid.subjectAlternativeName, name(0x82, 'a b')),
    'codec/x509-general-name-dns',
  ],
  [
    'a host name with NUL',
    extensionOf(oid.subjectAlternativeName, name(0x82, 'a.example\0.b')),
    'codec/x509-general-name-dns',
  ],
  [
    'an empty host name',
    extensionOf(oid.subjectAlternativeName, name(0x82, '')),
    'codec/x509-general-name-dns',
  ],
  [
    'a host name beyond ASCII',
    extensionOf(oid.subjectAlternativeName, name(0x82, 'é')),
    'codec/der-string-character',
  ],
  [
    'a host name of 64 characters in one label',
    extensionOf(oid.subjectAlternativeName, name(0x82, 'a'.repeat(64))),
    'codec/x509-general-name-dns',
  ],
  [
    'a URI without scheme',
    extensionOf(oid.subjectAlternativeName, name(0x86, '//plant/device')),
    'codec/x509-general-name-uri',
  ],
  [
    'a URI with a broken escape',
    extensionOf(oid.subjectAlternativeName, name(0x86, 'a:%4')),
    'codec/x509-general-name-uri',
  ],
  [
    'a URI with a line break',
    extensionOf(oid.subjectAlternativeName, name(0x86, 'a:b\n')),
    'codec/x509-general-name-uri',
  ],
  [
    'a mailbox without host',
    extensionOf(oid.subjectAlternativeName, name(0x81, 'ann@')),
    'codec/x509-general-name-email',
  ],
  [
    'an address of 5 octets',
    extensionOf(oid.subjectAlternativeName, name(0x87, new Uint8Array(5))),
    'codec/x509-general-name-ip',
  ],
  [
    'a name of kind 9',
    extensionOf(oid.subjectAlternativeName, name(0x89, 'a')),
    'codec/x509-general-name-tag',
  ],
  [
    'a constructed host name',
    extensionOf(oid.subjectAlternativeName, name(0xa2, element(0x82, 'a'))),
    'codec/x509-general-name-tag',
  ],
  ['an empty key identifier', extensionOf(oid.subjectKeyIdentifier, element(4)), 'codec/x509-key-identifier'],
  [
    'a serial number without issuer',
    extensionOf(oid.authorityKeyIdentifier, sequence(fromHex('820101'))),
    'codec/x509-authority-key-identifier',
  ],
  [
    'a point without anything',
    extensionOf(oid.crlDistributionPoints, sequence(sequence())),
    'codec/x509-distribution-point',
  ],
  ['no point', extensionOf(oid.crlDistributionPoints, sequence()), 'codec/x509-distribution-point'],
  ['no access', extensionOf(oid.informationAccess, sequence()), 'codec/x509-information-access'],
])('an extension with %s is refused', (_, extension, code) => {
  expect(codeOf(() => parseCertificate(certificateOf({ tail: extensionsOf(extension) })))).toBe(code);
});

test('an extension that stands twice is refused, also one that nobody knows', () => {
  const own = extensionOf(oid.own, sequence());
  expect(codeOf(() => parseCertificate(certificateOf({ tail: extensionsOf(own, own) })))).toBe(
    'codec/x509-extension-twice',
  );
});

test('unknown critical extensions are listed, unknown others are kept', () => {
  const { unknownCriticalExtensions, extensions } = parseCertificate(
    certificateOf({
      tail: extensionsOf(
        extensionOf(oid.nameConstraints, sequence(), isTrue),
        extensionOf(oid.own, fromHex('ff')),
        extensionOf(oid.keyUsage, fromHex('03020780'), isTrue),
      ),
    }),
  );
  expect(unknownCriticalExtensions).toEqual(['2.5.29.30']);
  expect(extensions.map((extension) => extension.oid)).toEqual(['2.5.29.30', '1.2.3.4', '2.5.29.15']);
  expect(extensions[1]).toEqual({ oid: '1.2.3.4', critical: false, value: fromHex('ff') });
});

test('names of every kind are read', () => {
  const directory = element(0xa4, named('x'));
  const other = element(0xa0, fromHex('06032a0304'), element(0xa0, element(0x0c, 'u')));
  const registered = element(0x88, [0x2a, 3]);
  const names = sequence(
    element(0x82, '*.a-1.example'),
    element(0x86, 'spiffe://plant-7.example/device/pump-1'),
    element(0x81, 'ann.b+c@plant.example'),
    element(0x87, [127, 0, 0, 1]),
    ...[directory, other, registered],
  );
  const certificate = parseCertificate(
    certificateOf({
      subject: sequence(),
      tail: extensionsOf(extensionOf(oid.subjectAlternativeName, names, isTrue)),
    }),
  );
  expect(certificate.subjectAlternativeNames).toEqual([
    { kind: 'dns', value: '*.a-1.example' },
    { kind: 'uri', value: 'spiffe://plant-7.example/device/pump-1' },
    { kind: 'email', value: 'ann.b+c@plant.example' },
    { kind: 'ip', bytes: Uint8Array.of(127, 0, 0, 1) },
    { kind: 'directory', name: [{ type: 'CN', value: 'x' }], der: directory },
    { kind: 'other', der: other },
    { kind: 'other', der: registered },
  ]);
});

test('an algorithm that nobody knows has no name, and its parameters are still DER', () => {
  const unknown = (parameters: string) =>
    certificateOf({ algorithm: sequence(fromHex(`06032a0304${parameters}`)) });
  expect(parseCertificate(unknown('0500'))).toMatchObject({
    signatureOid: '1.2.3.4',
    signatureAlgorithm: undefined,
  });
  expect(codeOf(() => parseCertificate(unknown('05810100')))).toBe('codec/der-length-not-minimal');
});

test('the place of a fault counts from the start of the certificate', () => {
  const der = certificateOf({
    tail: extensionsOf(extensionOf(oid.basicConstraints, sequence(fromHex('010100')))),
  });
  const { offset } = refusalOf(() => parseCertificate(der)).detail as { offset: number };
  expect(der.subarray(offset, offset + 3)).toEqual(fromHex('010100'));
});

test('a certificate of unreasonable size is not looked at', () => {
  expect(codeOf(() => parseCertificate(new Uint8Array(65_537)))).toBe('codec/der-too-large');
});
