import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { signatureHolds } from '../../src/x509/signature.ts';

/** Cryptography that takes whatever comes to it. */
const gullible = () => true;

test.each([
  [2048, 256],
  [2052, 257],
])('a signature under an RSA key of %i bits has %i octets (RFC 8017 §8.1.2)', (modulusLength, octets) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  for (const signatureAlgorithm of ['RS256', 'PS256'] as const) {
    const holds = (length: number) =>
      signatureHolds(
        new Uint8Array(0),
        { signatureAlgorithm, signature: new Uint8Array(length) },
        spki,
        gullible,
      );
    expect([0, octets - 1, octets, octets + 1].map(holds)).toEqual([false, false, true, false]);
  }
});
