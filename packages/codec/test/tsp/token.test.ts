import { expect, test } from 'vitest';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import { element } from '../der/element.ts';
import { root, stampedAt, stamper } from './certificates.ts';
import { digest, infoOf, nonce, type TokenParts, tokenOf } from './structures.ts';

const authority = stamper(root());
const nothing = new Uint8Array(0);
const parse = (parts: TokenParts) => parseTimeStampToken(tokenOf(authority, parts));

test('a token by hand is read', () => {
  const der = tokenOf(authority);
  expect(parseTimeStampToken(der)).toMatchObject({
    der,
    content: infoOf(),
    policy: '1.2.3.4',
    imprint: { hash: 'SHA-256', digest },
    serialNumber: Uint8Array.of(7),
    time: stampedAt,
    ordering: false,
    nonce,
    certificates: [{ der: authority.der }],
    signer: {
      digestAlgorithm: 'SHA-256',
      signatureAlgorithm: 'ES256',
      identifier: { kind: 'issuerAndSerialNumber', serialNumber: authority.certificate.serialNumber },
    },
  });
});

test('a signer may point to its certificate by the key', () => {
  const keyIdentifier = authority.certificate.subjectKeyIdentifier!;
  const { signer } = parse({ signerVersion: 3, identifier: element(0x80, keyIdentifier) });
  expect(signer.identifier).toEqual({ kind: 'subjectKeyIdentifier', keyIdentifier });
});

test('a token without certificates is read', () => {
  expect(parse({ certificates: nothing }).certificates).toEqual([]);
  expect(parse({ certificates: element(0xa0) }).certificates).toEqual([]);
});
