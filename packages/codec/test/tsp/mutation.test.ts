import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, equalBytes, fromHex } from '../../src/bytes.ts';
import { KitenError } from '../../src/error.ts';
import { encodeTimeStampRequest } from '../../src/tsp/request.ts';
import { grantedToken, parseTimeStampResponse } from '../../src/tsp/response.ts';
import { hasOpenssl } from '../openssl.ts';
import { authorityExtensions, issue, root, stamper } from './certificates.ts';
import { opensslAuthority } from './openssl-authority.ts';
import { certificateSet, digest, nonce, tokenOf } from './structures.ts';
import { type Expectations, verified } from './verification.ts';

/** Whether a changed token verifies all the same. Anything but an error of this package fails the test. */
async function holds(token: Uint8Array, options: Expectations): Promise<boolean> {
  try {
    await verified(token, options);
    return true;
  } catch (error) {
    if (error instanceof KitenError && error.code.startsWith('codec/')) return false;
    throw error;
  }
}

/** Where octets may change, and to what, without the token being refused. */
type Exception = (index: number, octet: number) => boolean;

async function expectRefusals(token: Uint8Array, options: Expectations, exception: Exception): Promise<void> {
  const changed = async (index: number, octet: number) => {
    const held = await holds(token.with(index, octet), options);
    expect(held, `octet ${index} as ${octet}`).toBe(exception(index, octet));
  };
  expect(await holds(token, options)).toBe(true);
  for (let index = 0; index < token.length; index += 1) {
    expect(await holds(token.subarray(0, index), options), `cut at ${index}`).toBe(false);
    const shorter = concatBytes(token.subarray(0, index), token.subarray(index + 1));
    if (!equalBytes(shorter, token))
      expect(await holds(shorter, options), `without octet ${index}`).toBe(false);
    await changed(index, token[index]! ^ 0x01);
    await changed(index, token[index]! ^ 0x80);
  }
  const place = fc.nat(token.length - 1);
  const different = fc.tuple(place, fc.nat(255)).filter(([index, octet]) => token[index] !== octet);
  await fc.assert(
    fc.asyncProperty(different, ([index, octet]) => changed(index, octet)),
    { numRuns: 2000 },
  );
}

const never: Exception = () => false;

/** Where these octets stand last. */
function lastIndexOf(token: Uint8Array, octets: Uint8Array): number {
  for (let index = token.length - octets.length; index >= 0; index -= 1) {
    if (equalBytes(token.subarray(index, index + octets.length), octets)) return index;
  }
  throw new Error('The octets are not there.');
}

describe.skipIf(!hasOpenssl)('no changed octet of a token by openssl goes unnoticed', () => {
  const request = encodeTimeStampRequest({ hash: 'SHA-256', digest, nonce });

  test('with ECDSA', async () => {
    const authority = opensslAuthority('P-256');
    const { der } = grantedToken(parseTimeStampResponse(authority.reply(request)));
    await expectRefusals(der, { digest, nonce, roots: [authority.root] }, never);
  });

  test('with RSA, but for the algorithm said in another way', async () => {
    const authority = opensslAuthority('RSA 2048');
    const { der } = grantedToken(parseTimeStampResponse(authority.reply(request)));
    // rsaEncryption and sha256WithRSAEncryption differ in the last octet and mean the same beside SHA-256.
    const identifier = lastIndexOf(der, fromHex('06092a864886f70d010101')) + 10;
    await expectRefusals(
      der,
      { digest, nonce, roots: [authority.root] },
      (index, octet) => index === identifier && octet === 0x0b,
    );
  });
});

test('of a certificate that nobody needs, all that counts is that it is one', async () => {
  const anchor = root();
  const authority = stamper(anchor);
  const unneeded = issue({ name: 'unneeded', extensions: authorityExtensions() });
  const token = tokenOf(authority, { certificates: certificateSet(authority, unneeded) });
  const start = lastIndexOf(token, unneeded.der);
  const options = { digest, nonce, roots: [anchor.der] };
  for (let index = 0; index < token.length; index += 1) {
    const isUnneeded = index >= start && index < start + unneeded.der.length;
    const held = await holds(token.with(index, token[index]! ^ 0x01), options);
    if (!isUnneeded) expect(held, `octet ${index}`).toBe(false);
  }
  expect(await holds(token.with(start + unneeded.der.length - 1, 0x00), options)).toBe(true);
  expect(await holds(token.with(start + 4, 0x31), options)).toBe(false);
});

test('octets at random are no token', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
      expect(await holds(octets, { digest, roots: [] })).toBe(false);
    }),
    { numRuns: 500 },
  );
});
