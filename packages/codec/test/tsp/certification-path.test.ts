import { expect, test } from 'vitest';
import { basicConstraintsExtension } from '../../src/x509/basic-constraints.ts';
import { extendedKeyUsageExtension } from '../../src/x509/extended-key-usage.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { keyUsageExtension } from '../../src/x509/key-usage.ts';
import { keyPurpose } from '../../src/x509/object-identifiers.ts';
import { testKey } from '../keys.ts';
import {
  authorityExtensions,
  type Holder,
  type Issue,
  issue,
  root,
  stampedAt,
  stamper,
  weakKey,
} from './certificates.ts';
import { attributesOf, certificateSet, digest, infoOf, tokenOf } from './structures.ts';
import { countingVerify, refused, verified } from './verification.ts';

const anchor = root();
const between = (name: string, issuer: Holder, fields: Partial<Issue> = {}): Holder =>
  issue({ name, issuer, extensions: authorityExtensions(), ...fields });

/** A token by an authority below `path`, which stands from the root's neighbour down to the authority's. */
function tokenBelow(...path: readonly Holder[]): Uint8Array {
  const authority = stamper(path.at(-1)!);
  return tokenOf(authority, { certificates: certificateSet(authority, ...path) });
}
const roots = (...holders: readonly Holder[]) => ({ digest, roots: holders.map(({ der }) => der) });
const rootOf = async (token: Uint8Array, ...holders: readonly Holder[]) =>
  (await verified(token, roots(...holders))).root.der;

test('a path of any length leads to the root, in whatever order its certificates stand', async () => {
  const first = between('first', anchor);
  const second = between('second', first);
  const authority = stamper(second);
  for (const holders of [
    [authority, first, second],
    [second, authority, first],
    [first, second, anchor, authority],
  ]) {
    const token = tokenOf(authority, { certificates: certificateSet(...holders) });
    expect(await rootOf(token, root('other'), anchor)).toEqual(anchor.der);
  }
});

test('certificates in between may be handed in, and one in between may be the root', async () => {
  const first = between('first', anchor);
  const token = tokenOf(stamper(first));
  expect(await refused(token, roots(anchor))).toBe('codec/tsp-untrusted');
  const { root: found } = await verified(token, { ...roots(anchor), certificates: [first.der] });
  expect(found.der).toEqual(anchor.der);
  expect(await rootOf(token, first)).toEqual(first.der);
});

test('another root, or none, is not led to', async () => {
  const token = tokenBelow(between('first', anchor));
  expect(await refused(token, roots(root('other')))).toBe('codec/tsp-untrusted');
  expect(await refused(token, roots())).toBe('codec/tsp-untrusted');
});

test('a root of the same name with another key is not led to', async () => {
  expect(await refused(tokenBelow(between('first', anchor)), roots(root()))).toBe('codec/tsp-untrusted');
});

test('the root is not taken from the token', async () => {
  const token = tokenBelow(anchor);
  expect(await refused(token, roots(root('other')))).toBe('codec/tsp-untrusted');
});

const keyCertSign = keyUsageExtension(['keyCertSign']);
test.each<[string, readonly Extension[], Partial<Issue>?]>([
  ['is no authority', [keyCertSign]],
  ['says that it is none', [basicConstraintsExtension({ ca: false }), keyCertSign]],
  ['may not sign certificates', [basicConstraintsExtension({ ca: true }), keyUsageExtension(['cRLSign'])]],
  ['is for another purpose', [...authorityExtensions(), extendedKeyUsageExtension([keyPurpose.serverAuth])]],
  [
    'has a critical extension that nobody knows',
    [...authorityExtensions(), { oid: '2.5.29.30', critical: true, value: Uint8Array.of(0x30, 0) }],
  ],
  ['was not valid yet', authorityExtensions(), { notBefore: stampedAt + 1000 }],
  ['was valid no more', authorityExtensions(), { notAfter: stampedAt - 1000 }],
])(
  'an issuer that %s leads nowhere, neither in between nor as a root',
  async (_, extensions, fields = {}) => {
    const inBetween = between('first', anchor, { extensions, ...fields });
    expect(await refused(tokenBelow(inBetween), roots(anchor))).toBe('codec/tsp-untrusted');
    const asRoot = issue({ name: 'root', extensions, ...fields });
    expect(await refused(tokenOf(stamper(asRoot)), roots(asRoot))).toBe('codec/tsp-untrusted');
  },
);

test.each<[string, readonly Extension[]]>([
  ['for time-stamps', [...authorityExtensions(), extendedKeyUsageExtension([keyPurpose.timeStamping])]],
  [
    'for any purpose',
    [...authorityExtensions(), extendedKeyUsageExtension([keyPurpose.anyExtendedKeyUsage])],
  ],
  ['without a stated use of its key', [basicConstraintsExtension({ ca: true })]],
  [
    'with critical policies',
    [...authorityExtensions(), { oid: '2.5.29.32', critical: true, value: Uint8Array.of(0x30, 0) }],
  ],
])('an issuer %s leads on', async (_, extensions) => {
  expect(await rootOf(tokenBelow(between('first', anchor, { extensions })), anchor)).toEqual(anchor.der);
});

test('a path is no longer than each issuer allows', async () => {
  const short = issue({ name: 'short', extensions: authorityExtensions(1) });
  const first = between('first', short);
  const second = between('second', first);
  expect(await rootOf(tokenOf(stamper(short)), short)).toEqual(short.der);
  expect(await rootOf(tokenBelow(first), short)).toEqual(short.der);
  expect(await refused(tokenBelow(first, second), roots(short))).toBe('codec/tsp-untrusted');
  const last = between('last', anchor, { extensions: authorityExtensions(0) });
  expect(await rootOf(tokenBelow(last), anchor)).toEqual(anchor.der);
  expect(await refused(tokenBelow(last, between('below', last)), roots(anchor))).toBe('codec/tsp-untrusted');
});

test('certificates that an issuer gives itself for a new key do not count (RFC 5280 §4.2.1.9)', async () => {
  const short = issue({ name: 'short', extensions: authorityExtensions(0) });
  const renewed = between('short', short);
  expect(await rootOf(tokenBelow(renewed), short)).toEqual(short.der);
});

test('of two certificates for one issuer, the one that was valid or leads to a root is taken', async () => {
  const key = testKey('ES256');
  const expired = between('first', anchor, { key, notAfter: stampedAt - 1000 });
  const elsewhere = between('first', root('other'), { key });
  const good = between('first', anchor, { key });
  const authority = stamper(good);
  const token = tokenOf(authority, { certificates: certificateSet(authority, expired, elsewhere, good) });
  expect(await rootOf(token, anchor)).toEqual(anchor.der);
  const bad = tokenOf(authority, { certificates: certificateSet(authority, expired, elsewhere) });
  expect(await refused(bad, roots(anchor))).toBe('codec/tsp-untrusted');
});

test('the issuer has the name that the certificate says', async () => {
  const renamed = issue({ name: 'renamed', key: anchor.key, extensions: authorityExtensions() });
  expect(await refused(tokenBelow(between('first', anchor)), roots(renamed))).toBe('codec/tsp-untrusted');
});

test('a key that is too weak leads nowhere, and hides no other', async () => {
  const weak = between('first', anchor, { key: weakKey() });
  const good = between('first', anchor);
  const authority = stamper(good);
  const certificates = certificateSet(authority, weak, good);
  expect(await rootOf(tokenOf(authority, { certificates }), anchor)).toEqual(anchor.der);
  expect(await refused(tokenBelow(weak), roots(anchor))).toBe('codec/tsp-untrusted');
});

test('issuers that certify each other in a circle lead nowhere, in bounded time', async () => {
  const keys = Array.from({ length: 15 }, () => testKey('ES256'));
  const inCircle = keys.map((key, index) =>
    issue({
      name: 'circle',
      key,
      issuer: between('circle', anchor, { key: keys[(index + 1) % 15]! }),
      extensions: authorityExtensions(),
    }),
  );
  const authority = stamper(inCircle[0]!);
  const token = tokenOf(authority, { certificates: certificateSet(authority, ...inCircle) });
  const { verify, count } = countingVerify();
  expect(await refused(token, { ...roots(root('other')), verify })).toBe('codec/tsp-untrusted');
  expect(count()).toBeGreaterThan(15);
  expect(count()).toBeLessThanOrEqual(1 + 16 * 15);
});

test('of other certificates, only those that the authority names may lead on', async () => {
  const first = between('first', anchor);
  const second = between('second', first);
  const authority = stamper(second);
  const certificates = certificateSet(authority, first, second);
  const token = (...named: readonly Holder[]) =>
    tokenOf(authority, { certificates, attributes: attributesOf(authority, infoOf(), named) });
  expect(await rootOf(token(), anchor)).toEqual(anchor.der);
  expect(await rootOf(token(first, second), anchor)).toEqual(anchor.der);
  expect(await refused(token(second), roots(anchor))).toBe('codec/tsp-untrusted');
});
