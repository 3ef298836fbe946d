import { createHash, createPublicKey, verify } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  decodeAttest,
  decodeCredentialFile,
  decodePublicArea,
  decodeSizedPublicArea,
  decodeTpmSignature,
  encodeAttest,
  encodeCredentialFile,
  encodePublicArea,
  encodeTpmSignature,
  objectName,
  type TpmHash,
} from '../src/index.ts';
import { type TpmVector, tpmVector } from './tpm-vectors.ts';

const digest = (hash: TpmHash, data: Uint8Array) => createHash(hash.name).update(data).digest();
/** A TPM2B without its size. */
const inner = (name: TpmVector) => tpmVector(name).subarray(2);

describe('public areas', () => {
  test('an attestation key is restricted, signs, and is bound to its TPM', () => {
    const key = decodeSizedPublicArea(tpmVector('eccKey'));
    expect([...key.attributes].toSorted()).toEqual(
      [
        'fixedParent',
        'fixedTpm',
        'restricted',
        'sensitiveDataOrigin',
        'signEncrypt',
        'userWithAuth',
      ].toSorted(),
    );
    expect(key).toMatchObject({ type: 'ecc', curve: 3, nameHash: { name: 'sha256' }, symmetric: undefined });
    expect(key.scheme).toMatchObject({ algorithm: 0x18, hash: { name: 'sha256' } });
  });

  test('an RSA key has its modulus and the exponent that 0 stands for', () => {
    const key = decodeSizedPublicArea(tpmVector('rsaKey'));
    expect(key).toMatchObject({ type: 'rsa', bits: 2048, exponent: 65_537 });
    expect(key.type === 'rsa' && key.modulus.length).toBe(256);
  });

  test('the endorsement keys have the policy of the TCG templates and protect with AES-128-CFB', () => {
    for (const name of ['rsaEndorsementKey', 'eccEndorsementKey'] as const) {
      const key = decodeSizedPublicArea(tpmVector(name));
      // TCG EK Credential Profile 2.0, B.3.3: PolicySecret(TPM_RH_ENDORSEMENT).
      expect(toHex(key.authPolicy)).toBe('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa');
      expect(key.symmetric).toEqual({ algorithm: 0x06, bits: 128, mode: 0x43 });
      expect(key.attributes.has('decrypt')).toBe(true);
    }
  });

  test('the name is what the TPM said it is', () => {
    expect(toHex(objectName(inner('rsaKey'), digest))).toBe(toHex(tpmVector('rsaName')));
    expect(toHex(objectName(inner('eccKey'), digest))).toBe(toHex(tpmVector('eccName')));
  });

  test.each(['rsaKey', 'pssKey', 'eccKey', 'ecc384Key', 'rsaEndorsementKey', 'eccEndorsementKey'] as const)(
    '%s is encoded as it came',
    (name) => {
      expect(toHex(encodePublicArea(decodePublicArea(inner(name))))).toBe(toHex(inner(name)));
    },
  );
});

describe('attestations', () => {
  test('a quote says nonce, clock, selection and digest', () => {
    const quote = decodeAttest(tpmVector('quote'));
    expect(toHex(quote.extraData)).toBe('00112233445566778899aabbccddeeff');
    expect(quote.attested).toMatchObject({
      type: 'quote',
      selections: [{ bank: { name: 'sha256' }, pcrs: [0, 1, 2, 10], mapBytes: 3 }],
    });
    // Four PCRs that nothing was extended into.
    const pcrDigest = createHash('sha256').update(new Uint8Array(128)).digest('hex');
    expect(quote.attested.type === 'quote' && toHex(quote.attested.pcrDigest)).toBe(pcrDigest);
    expect(quote.clockInfo).toMatchObject({ restartCount: 0, safe: true });
  });

  test('a quote over two banks names both', () => {
    expect(decodeAttest(tpmVector('twoBankQuote')).attested).toMatchObject({
      selections: [
        { bank: { name: 'sha256' }, pcrs: [0, 1, 2, 10] },
        { bank: { name: 'sha384' }, pcrs: [0, 7] },
      ],
    });
  });

  test('the other kinds have what they are about', () => {
    expect(decodeAttest(tpmVector('certify')).attested.type).toBe('certify');
    expect(decodeAttest(tpmVector('certifyCreation')).attested.type).toBe('creation');
    expect(decodeAttest(tpmVector('time'))).toMatchObject({
      extraData: fromHex('aabbcc'),
      attested: { type: 'time', clockInfo: { safe: true } },
    });
    expect(decodeAttest(tpmVector('nvCertify')).attested).toMatchObject({
      type: 'nv',
      offset: 0,
      contents: new TextEncoder().encode('12345678'),
    });
  });

  test.each([
    'quote',
    'twoBankQuote',
    'sha384Quote',
    'certify',
    'certifyCreation',
    'time',
    'nvCertify',
  ] as const)('%s is encoded as it came', (name) => {
    expect(toHex(encodeAttest(decodeAttest(tpmVector(name))))).toBe(toHex(tpmVector(name)));
  });
});

test('the signatures hold under the keys, by OpenSSL', () => {
  const signed = [
    ['eccKey', 'quote', 'eccSignature'],
    ['ecc384Key', 'sha384Quote', 'sha384Signature'],
    ['rsaKey', 'rsaQuote', 'rsaSignature'],
    ['eccKey', 'certify', 'certifySignature'],
  ] as const;
  for (const [keyName, message, signatureName] of signed) {
    const area = decodeSizedPublicArea(tpmVector(keyName));
    const signature = decodeTpmSignature(tpmVector(signatureName));
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const key = createPublicKey({
      format: 'jwk',
      key:
        area.type === 'rsa'
          ? { kty: 'RSA', n: text(area.modulus), e: 'AQAB' }
          : { kty: 'EC', crv: area.curve === 3 ? 'P-256' : 'P-384', x: text(area.x), y: text(area.y) },
    });
    const raw = signature.scheme === 'ecdsa' ? concatBytes(signature.r, signature.s) : signature.signature;
    const holds = verify(signature.hash.name, tpmVector(message), { key, dsaEncoding: 'ieee-p1363' }, raw);
    expect(holds, keyName).toBe(true);
    expect(toHex(encodeTpmSignature(signature))).toBe(toHex(tpmVector(signatureName)));
  }
});

test('a credential of tpm2-tools is read and written as it came', () => {
  for (const name of ['rsaCredential', 'eccCredential'] as const) {
    const credential = decodeCredentialFile(tpmVector(name));
    expect(credential.integrity.length).toBe(32);
    expect(toHex(encodeCredentialFile(credential))).toBe(toHex(tpmVector(name)));
  }
});
