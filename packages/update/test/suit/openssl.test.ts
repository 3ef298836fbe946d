import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CborTag, decodeCbor, ecdsaRawToDer, encodeCbor, toHex } from '@kiten/codec';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireTool } from '../../../../test/tools.ts';
import {
  buildEnvelope,
  decryptPayload,
  encryptPayload,
  readEncryptionInfo,
  signEnvelope,
} from '../../src/index.ts';
import { manifestOf } from './fixtures.ts';
import { gathered, signerOf } from './keys.ts';

const random = (octets: number) => new Uint8Array(randomBytes(octets));

function openssl(args: readonly string[], input: Uint8Array): Uint8Array {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
  return new Uint8Array(stdout);
}

describe.skipIf(!requireTool('openssl', 'openssl'))('openssl', () => {
  test.each([
    ['A128CTR', 'aes-128-ctr', 16],
    ['A256CTR', 'aes-256-ctr', 24],
    ['A128CBC', 'aes-128-cbc', 32],
    ['A256CBC', 'aes-256-cbc', 16],
  ])('unwraps the key and decrypts the payload of %s', async (algorithm, cipher, octets) => {
    const [plaintext, secret] = [random(10_000), random(octets)];
    const { info, ciphertext } = encryptPayload([plaintext], { algorithm, recipients: [{ secret }], random });
    const { recipients, initializationVector } = readEncryptionInfo(info);
    const wrap = ['enc', '-d', `-id-aes${octets * 8}-wrap`, '-K', toHex(secret), '-iv', 'a6'.repeat(8)];
    const key = openssl(wrap, recipients[0]!.wrappedKey);
    const iv = toHex(initializationVector);
    expect(
      openssl(['enc', '-d', `-${cipher}`, '-K', toHex(key), '-iv', iv], await gathered(ciphertext)),
    ).toEqual(plaintext);
  });

  test('encrypts what is decrypted here', async () => {
    const [plaintext, secret] = [random(10_000), random(16)];
    const { info } = encryptPayload([], { algorithm: 'A128CTR', recipients: [{ secret }], random });
    const { recipients, initializationVector } = readEncryptionInfo(info);
    const wrap = ['enc', '-d', '-id-aes128-wrap', '-K', toHex(secret), '-iv', 'a6'.repeat(8)];
    const key = toHex(openssl(wrap, recipients[0]!.wrappedKey));
    const ciphertext = openssl(
      ['enc', '-aes-128-ctr', '-K', key, '-iv', toHex(initializationVector)],
      plaintext,
    );
    expect(await gathered(decryptPayload(info, { shared: [{ secret }] }, [ciphertext]))).toEqual(plaintext);
  });

  test('verifies the signature of a manifest over what RFC 9052 says is signed', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const envelope = signEnvelope(buildEnvelope(manifestOf()), signerOf('ES256', pair.privateKey));
    const [protectedOctets, , payload, signature] = (decodeCbor(envelope.authentications[0]!) as CborTag)
      .value as Uint8Array[];
    expect(payload).toBeNull();
    const folder = mkdtempSync(join(tmpdir(), 'suit-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'key'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(join(folder, 'signature'), ecdsaRawToDer(signature!));
    const signed = encodeCbor(['Signature1', protectedOctets, new Uint8Array(0), envelope.digestOctets]);
    const verified = openssl(
      ['dgst', '-sha256', '-verify', join(folder, 'key'), '-signature', join(folder, 'signature')],
      signed,
    );
    expect(Buffer.from(verified).toString()).toBe('Verified OK\n');
  });
});
