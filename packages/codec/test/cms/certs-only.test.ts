import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, fromHex, toHex } from '../../src/bytes.ts';
import { decodeCertsOnly, encodeCertsOnly } from '../../src/cms/certs-only.ts';
import { encodePem } from '../../src/pem.ts';
import { issueCertificate } from '../../src/x509/issue-certificate.ts';
import { element, sequence, set } from '../der/element.ts';
import { testKey } from '../keys.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { hasOpenssl, opensslOk } from '../openssl.ts';
import { codeOf } from '../refusal.ts';

const a = fromHex('3003020101');
const b = fromHex('3003020102');

test('the message by hand (RFC 5652 §5.1)', () => {
  const der = sequence(
    fromHex('06092a864886f70d010702'),
    element(
      0xa0,
      sequence(
        element(2, [1]),
        set(),
        sequence(fromHex('06092a864886f70d010701')),
        element(0xa0, a, b),
        set(),
      ),
    ),
  );
  expect(toHex(encodeCertsOnly([b, a]))).toBe(toHex(der));
  expect(decodeCertsOnly(der)).toEqual([a, b]);
});

test('any set of certificates comes back', () => {
  const certificate = fc.uint8Array({ maxLength: 300 }).map((content) => element(0x30, content));
  fc.assert(
    fc.property(fc.array(certificate, { minLength: 1, maxLength: 5 }), (certificates) => {
      expect(decodeCertsOnly(encodeCertsOnly(certificates))).toEqual(certificates.toSorted(compareBytes));
    }),
  );
});

interface Parts {
  type?: string;
  version?: number;
  digests?: Uint8Array;
  content?: Uint8Array;
  certificates?: Uint8Array;
  signers?: Uint8Array;
}
const data = sequence(fromHex('06092a864886f70d010701'));

const messageOf = ({
  type = '06092a864886f70d010702',
  version = 1,
  digests = set(),
  content = data,
  ...more
}: Parts) =>
  sequence(
    fromHex(type),
    element(
      0xa0,
      sequence(
        element(2, [version]),
        digests,
        content,
        more.certificates ?? element(0xa0, a),
        more.signers ?? set(),
      ),
    ),
  );

test.each<[string, Parts, string]>([
  ['other content', { type: '06092a864886f70d010701' }, 'codec/cms-content-type'],
  ['version 3', { version: 3 }, 'codec/cms-version'],
  ['digest algorithms', { digests: set(sequence()) }, 'codec/cms-signed'],
  [
    'other encapsulated content',
    { content: sequence(fromHex('06092a864886f70d010702')) },
    'codec/cms-encapsulated-type',
  ],
  [
    'content',
    { content: sequence(fromHex('06092a864886f70d010701'), element(0xa0, element(4))) },
    'codec/cms-content',
  ],
  ['no certificates', { certificates: new Uint8Array(0) }, 'codec/cms-no-certificates'],
  ['an empty set of certificates', { certificates: element(0xa0) }, 'codec/cms-no-certificates'],
  [
    'attribute certificates',
    { certificates: element(0xa0, element(0xa2, [5, 0])) },
    'codec/cms-certificate-choice',
  ],
  ['a signer', { signers: set(sequence()) }, 'codec/cms-signed'],
  [
    'more certificates than need be',
    { certificates: element(0xa0, ...new Array(257).fill(a)) },
    'codec/cms-too-many-certificates',
  ],
])('a message with %s is refused', (_, parts, code) => {
  expect(codeOf(() => decodeCertsOnly(messageOf(parts)))).toBe(code);
});

test('certificates in the order of the chain, and revocation lists beside them, are taken', () => {
  const certificates = Uint8Array.of(...element(0xa0, b, a), ...element(0xa1, sequence()));
  expect(decodeCertsOnly(messageOf({ certificates }))).toEqual([b, a]);
});

test('what is no certificate is not wrapped', () => {
  expect(codeOf(() => encodeCertsOnly([]))).toBe('codec/cms-no-certificates');
  expect(codeOf(() => encodeCertsOnly(new Array(257).fill(a)))).toBe('codec/cms-too-many-certificates');
  expect(codeOf(() => encodeCertsOnly([fromHex('0500')]))).toBe('codec/der-tag');
  expect(codeOf(() => encodeCertsOnly([Uint8Array.of(...a, 0)]))).toBe('codec/der-trailing');
});

test('a damaged message is read or refused, nothing else', () => {
  holdsUnderMutation(encodeCertsOnly([a, b]), decodeCertsOnly);
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const { signer } = testKey('ES256');
  const certificates = ['a', 'b'].map((value) =>
    issueCertificate(
      {
        ...{
          serialNumber: Uint8Array.of(1),
          issuer: [{ type: 'CN', value }],
          subject: [{ type: 'CN', value }],
        },
        ...{ publicKey: signer.publicKey, notBefore: 0, notAfter: 1e12 },
      },
      signer,
    ),
  );
  test('reads what is encoded, as PKCS #7 and as CMS', () => {
    const files = { message: encodePem('PKCS7', encodeCertsOnly(certificates)) };
    const { said } = opensslOk(['pkcs7', '-in', '@message', '-print_certs'], files);
    expect(said.match(/subject=/g)).toHaveLength(2);
    expect(
      opensslOk(['cms', '-cmsout', '-print', '-noout', '-inform', 'PEM', '-in', '@message'], files).said,
    ).toContain('pkcs7-signedData');
  });
  test('writes what is decoded', () => {
    const chain = certificates.map((certificate) => encodePem('CERTIFICATE', certificate)).join('');
    const { stdout } = opensslOk(['crl2pkcs7', '-nocrl', '-certfile', '@chain', '-outform', 'DER'], {
      chain,
    });
    expect(decodeCertsOnly(new Uint8Array(stdout))).toEqual(certificates);
  });
});
