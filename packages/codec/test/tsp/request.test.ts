import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes.ts';
import { readDer } from '../../src/der/reader.ts';
import { encodeTimeStampRequest } from '../../src/tsp/request.ts';
import { codeOf } from '../refusal.ts';
import { digest, nonce } from './structures.ts';

const digestHex = toHex(digest);

test('a request by hand (RFC 3161 §2.4.1)', () => {
  const imprint = `3031300d060960864801650304020105000420${digestHex}`;
  expect(toHex(encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce }))).toBe(
    `3043020101${imprint}020811223344556677880101ff`,
  );
  expect(
    toHex(encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce, policy: '1.2.3.4', certificates: false })),
  ).toBe(`3045020101${imprint}06032a030402081122334455667788`);
});

test.each([
  ['SHA-384', 48, '0609608648016503040202'],
  ['SHA-512', 64, '0609608648016503040203'],
] as const)('%s names itself and has %i octets', (hash, length, oid) => {
  const der = encodeTimeStampRequest({ hash, digest: new Uint8Array(length).fill(1), nonce });
  expect(toHex(der)).toContain(`300d${oid}0500`);
});

test('any nonce is written as the number that it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 32 }), (octets) => {
      const der = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce: octets });
      const written = readDer(der, 1024, (reader) => {
        const request = reader.sequence();
        request.integer();
        request.sequence();
        const value = request.integer();
        expect(request.boolean()).toBe(true);
        request.finish();
        return value;
      });
      expect(written).toBe(BigInt(`0x${toHex(octets)}`));
    }),
  );
});

test('what makes no request is refused', () => {
  const request = { hash: 'SHA-256', digest, nonce } as const;
  for (const length of [0, 20, 31, 33]) {
    expect(codeOf(() => encodeTimeStampRequest({ ...request, digest: new Uint8Array(length) }))).toBe(
      'codec/tsp-imprint-length',
    );
  }
  for (const length of [0, 7, 33]) {
    expect(codeOf(() => encodeTimeStampRequest({ ...request, nonce: new Uint8Array(length) }))).toBe(
      'codec/tsp-nonce-length',
    );
  }
  expect(codeOf(() => encodeTimeStampRequest({ ...request, policy: 'mine' }))).toBe(
    'codec/der-oid-malformed',
  );
});
