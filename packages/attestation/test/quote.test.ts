import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { ecdsaDerToRaw, fromHex } from '@kiten/codec';
import { decodeSizedPublicArea, encodePublicArea, encodeTpmSignature, tpmHashOf } from '@kiten/wire';
import { describe, expect, test } from 'vitest';
import { tpmVector } from '../../wire/test/tpm-vectors.ts';
import { checkCertify, checkQuote, keyOfArea, readTpmKey, sameKey } from '../src/index.ts';

const nonce = fromHex('00112233445566778899aabbccddeeff');
const signed = { message: tpmVector('quote'), signature: tpmVector('eccSignature') };
const key = readTpmKey(tpmVector('eccKey'));
const untouched = (...pcrs: number[]) => new Map([[11, new Map(pcrs.map((pcr) => [pcr, '\0'.repeat(32)]))]]);

describe('quotes that swtpm made', () => {
  test.each([
    ['ECDSA on P-256', 'eccKey', 'quote', 'eccSignature'],
    ['RSASSA', 'rsaKey', 'rsaQuote', 'rsaSignature'],
    ['RSASSA-PSS', 'pssKey', 'pssQuote', 'pssSignature'],
  ] as const)('%s', (_, keyName, message, signature) => {
    const quote = { message: tpmVector(message), signature: tpmVector(signature) };
    const checked = checkQuote(quote, readTpmKey(tpmVector(keyName)), nonce, untouched(0, 1, 2, 10));
    expect(checked.problem).toBeUndefined();
  });

  test('ECDSA on P-384 over the SHA-384 bank', () => {
    const quote = { message: tpmVector('sha384Quote'), signature: tpmVector('sha384Signature') };
    const banks = new Map([[12, new Map([0, 1, 2, 10].map((pcr) => [pcr, '\0'.repeat(48)]))]]);
    const checked = checkQuote(quote, readTpmKey(tpmVector('ecc384Key')), fromHex('0011223344556677'), banks);
    expect(checked.problem).toBeUndefined();
  });
});

describe('what is wrong with a quote is named', () => {
  test('another nonce: it is replayed', () => {
    expect(checkQuote(signed, key, fromHex('00'), untouched(0, 1, 2, 10)).problem).toBe('nonce');
    expect(checkQuote(signed, key, nonce.subarray(1)).problem).toBe('nonce');
  });

  test('another key', () => {
    expect(checkQuote(signed, readTpmKey(tpmVector('eccEndorsementKey')), nonce).problem).toBe('signature');
    expect(checkQuote(signed, readTpmKey(tpmVector('rsaKey')), nonce).problem).toBe('signature-scheme');
  });

  test('other values of PCRs, or one missing', () => {
    const other = new Map([[11, new Map([...untouched(0, 1, 2).get(11)!, [10, '\x01'.repeat(32)]])]]);
    expect(checkQuote(signed, key, nonce, other).problem).toBe('pcr-digest');
    expect(checkQuote(signed, key, nonce, untouched(0, 1, 2)).problem).toBe('pcr-missing');
  });

  test('every changed octet of message and signature', () => {
    for (const part of ['message', 'signature'] as const) {
      for (let index = 0; index < signed[part].length; index += 1) {
        const changed = { ...signed, [part]: signed[part].with(index, signed[part][index]! ^ 1) };
        expect(checkQuote(changed, key, nonce).problem, `${part} ${index}`).toBeDefined();
      }
    }
  });

  test('an attestation of something else', () => {
    const certify = { message: tpmVector('certify'), signature: tpmVector('certifySignature') };
    expect(checkQuote(certify, key, undefined).problem).toBe('attest-type');
  });

  test('a key that would sign anything', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    const area = decodeSizedPublicArea(tpmVector('eccKey'));
    if (area.type !== 'ecc') throw new Error('The vector is an ECC key.');
    const forged = keyOfArea({
      ...area,
      attributes: new Set(['signEncrypt', 'fixedTpm', 'fixedParent', 'sensitiveDataOrigin'] as const),
      x: Buffer.from(x, 'base64url'),
      y: Buffer.from(y, 'base64url'),
    });
    const raw = ecdsaDerToRaw(sign('sha256', signed.message, pair.privateKey), 32);
    const hash = tpmHashOf(11)!;
    const signature = encodeTpmSignature({
      scheme: 'ecdsa',
      hash,
      r: raw.subarray(0, 32),
      s: raw.subarray(32),
    });
    expect(checkQuote({ message: signed.message, signature }, forged, nonce).problem).toBe(
      'key-unrestricted',
    );
  });

  test('SHA-1 under the signature', () => {
    const weak = { ...signed, signature: signed.signature.with(3, 4) };
    expect(checkQuote(weak, key, nonce).problem).toBe('signature-hash');
  });
});

describe('a certified key', () => {
  const certify = { message: tpmVector('certify'), signature: tpmVector('certifySignature') };

  test('is another one if its name is not the one that was signed', () => {
    const publicArea = tpmVector('ecc384Key').subarray(2);
    expect(checkCertify({ ...certify, publicArea }, key, undefined).problem).toBe('key-name');
    expect(checkCertify({ ...certify, publicArea: publicArea.subarray(1) }, key, undefined).problem).toBe(
      'key-unreadable',
    );
  });
});

describe('public keys', () => {
  test('are read in every form that tools write', () => {
    const spki = Buffer.from(key.publicKey);
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki
      .toString('base64')
      .match(/.{1,64}/g)!
      .join('\n')}\n-----END PUBLIC KEY-----\n`;
    for (const form of [tpmVector('eccKey'), tpmVector('eccKey').subarray(2), spki, Buffer.from(pem)]) {
      expect(sameKey(readTpmKey(form), key)).toBe(true);
    }
    expect(Buffer.from(key.name!)).toEqual(Buffer.from(tpmVector('eccName')));
    const digest = createHash('sha256').update(encodePublicArea(key.area!)).digest();
    expect(Buffer.from(key.name!.subarray(2))).toEqual(digest);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('hello')],
    [
      'an RSA key of 1024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' }),
    ],
    [
      'a key on another curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({
        type: 'spki',
        format: 'der',
      }),
    ],
  ])('%s is refused', (_, bytes) => {
    expect(() => readTpmKey(bytes)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^attestation\/key-/) }),
    );
  });
});
