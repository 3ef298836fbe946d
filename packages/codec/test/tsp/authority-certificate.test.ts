import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import { keyPurpose } from '../../src/x509/object-identifiers.ts';
import { subjectAlternativeNameExtension } from '../../src/x509/subject-alternative-name.ts';
import { element } from '../der/element.ts';
import { named } from '../x509/structures.ts';
import {
  authorityExtensions,
  type Holder,
  issue,
  root,
  stampedAt,
  stamperExtensions,
} from './certificates.ts';
import { digest, infoOf, nonce, tokenOf } from './structures.ts';
import { refused, verified } from './verification.ts';

const anchor = root();
const expected = { digest, nonce, policy: '1.2.3.4', roots: [anchor.der], now: stampedAt };

describe('an authority', () => {
  const withExtensions = (extensions: Holder['certificate']['extensions'], more = {}) =>
    issue({ name: 'stamper', issuer: anchor, extensions, ...more });
  const purpose = (critical: boolean, ...purposes: string[]) =>
    withExtensions([keyUsageExtension(['digitalSignature']), extendedKeyUsageExtension(purposes, critical)]);
  const timeStamping = extendedKeyUsageExtension([keyPurpose.timeStamping], true);

  test.each<[string, Holder, string]>([
    ['without a purpose', withExtensions([]), 'codec/tsp-extended-key-usage'],
    ['for another purpose', purpose(true, keyPurpose.codeSigning), 'codec/tsp-extended-key-usage'],
    ['for any purpose', purpose(true, keyPurpose.anyExtendedKeyUsage), 'codec/tsp-extended-key-usage'],
    [
      'for a purpose that is not critical',
      purpose(false, keyPurpose.timeStamping),
      'codec/tsp-extended-key-usage',
    ],
    [
      'for two purposes',
      purpose(true, keyPurpose.timeStamping, keyPurpose.codeSigning),
      'codec/tsp-extended-key-usage',
    ],
    [
      'whose key encrypts',
      withExtensions([keyUsageExtension(['digitalSignature', 'keyEncipherment']), timeStamping]),
      'codec/tsp-key-usage',
    ],
    [
      'that issues certificates',
      withExtensions([...authorityExtensions(), timeStamping]),
      'codec/tsp-key-usage',
    ],
    [
      'that may issue certificates with any use of its key',
      withExtensions([authorityExtensions()[0]!, timeStamping]),
      'codec/tsp-key-usage',
    ],
    [
      'not yet valid',
      withExtensions(stamperExtensions, { notBefore: stampedAt + 1000 }),
      'codec/tsp-signer-validity',
    ],
    [
      'no longer valid',
      withExtensions(stamperExtensions, { notAfter: stampedAt - 1000 }),
      'codec/tsp-signer-validity',
    ],
    [
      'with a critical extension that nobody knows',
      withExtensions([...stamperExtensions, { oid: '1.2.3.4', critical: true, value: fromHex('0500') }]),
      'codec/tsp-untrusted',
    ],
  ])('%s is refused', async (_, holder, code) => {
    expect(await refused(tokenOf(holder), expected)).toBe(code);
  });

  test.each<[string, Holder]>([
    ['whose key has no stated use', withExtensions([timeStamping])],
    [
      'whose key signs what it cannot deny',
      withExtensions([keyUsageExtension(['nonRepudiation']), timeStamping]),
    ],
    ['valid until then', withExtensions(stamperExtensions, { notAfter: stampedAt })],
    ['valid from then on', withExtensions(stamperExtensions, { notBefore: stampedAt })],
  ])('%s is taken', async (_, holder) => {
    expect((await verified(tokenOf(holder), expected)).time).toBe(stampedAt);
  });

  test('has the name that the token gives as a hint', async () => {
    const holder = withExtensions([
      ...stamperExtensions,
      subjectAlternativeNameExtension([
        { kind: 'dns', value: 'tsa.example' },
        { kind: 'ip', bytes: Uint8Array.of(192, 0, 2, 1) },
        { kind: 'other', der: fromHex('88032a0304') },
      ]),
    ]);
    const hint = (name: Uint8Array) =>
      tokenOf(holder, { info: infoOf({ tail: concatBytes(element(2, nonce), element(0xa0, name)) }) });
    for (const name of [
      element(0xa4, holder.certificate.subjectDer),
      element(0x82, 'tsa.example'),
      element(0x87, [192, 0, 2, 1]),
      fromHex('88032a0304'),
    ]) {
      expect((await verified(hint(name), expected)).time).toBe(stampedAt);
    }
    for (const name of [
      element(0xa4, named('other')),
      element(0x82, 'other.example'),
      element(0x81, 'tsa@example.com'),
      element(0x87, [192, 0, 2, 2]),
      fromHex('88032a0305'),
    ]) {
      expect(await refused(hint(name), expected)).toBe('codec/tsp-tsa-name');
    }
  });
});
