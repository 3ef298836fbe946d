import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportPrivateKey, generateSigner, loadSigner, nodeVerify, storeSigner } from '../../src/index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-keys-'));
  file = join(folder, 'ca.key');
});
afterEach(() => rm(folder, { recursive: true }));

const data = Uint8Array.of(1, 2, 3);
const pem = (type: 'rsa' | 'ec', curve = 'P-384'): string =>
  type === 'rsa'
    ? (generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
      }) as string)
    : (generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
      }) as string);

describe('a key file', () => {
  test.each(['ES256', 'EdDSA'] as const)('gives back the %s signer that was stored', async (algorithm) => {
    const signer = generateSigner(algorithm);
    await storeSigner(file, signer);
    const loaded = await loadSigner(file);
    expect(loaded.algorithm).toBe(algorithm);
    expect(loaded.publicKey).toEqual(signer.publicKey);
    expect(nodeVerify(algorithm, signer.publicKey, data, loaded.sign(data))).toBe(true);
  });

  test('belongs to its owner alone and leaves nothing beside it', async () => {
    await storeSigner(file, generateSigner('ES256'));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['ca.key']);
  });

  test('is not overwritten unless asked to', async () => {
    const first = generateSigner('ES256');
    await storeSigner(file, first);
    await expect(storeSigner(file, generateSigner('ES256'))).rejects.toMatchObject({
      code: 'identity/key-file-exists',
    });
    expect((await loadSigner(file)).publicKey).toEqual(first.publicKey);
    const second = generateSigner('ES256');
    await storeSigner(file, second, { replace: true });
    expect((await loadSigner(file)).publicKey).toEqual(second.publicKey);
    expect(await readdir(folder)).toEqual(['ca.key']);
  });

  test('left behind half-written by a crash is not in the way', async () => {
    await writeFile(join(folder, '.ca.key.new'), '-----BEGIN PRI');
    await storeSigner(file, generateSigner('ES256'));
    expect(await readdir(folder)).toEqual(['ca.key']);
  });

  test.each([0o640, 0o604, 0o660, 0o610, 0o602])('with mode %o is refused', async (mode) => {
    await storeSigner(file, generateSigner('ES256'));
    await chmod(file, mode);
    await expect(loadSigner(file)).rejects.toMatchObject({ code: 'identity/key-file-exposed' });
    const link = join(folder, 'link');
    await symlink(file, link);
    await expect(loadSigner(link)).rejects.toMatchObject({ code: 'identity/key-file-exposed' });
  });

  test.each([
    ['nothing', '', 'identity/key-file-malformed'],
    [
      'SEC1 instead of PKCS #8',
      '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n',
      'identity/key-file-malformed',
    ],
    [
      'damaged base64',
      '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n',
      'identity/key-file-malformed',
    ],
    [
      'an encrypted key',
      '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
      'identity/key-file-encrypted',
    ],
    ['an RSA key', pem('rsa'), 'identity/key-unsupported'],
    ['a P-384 key', pem('ec'), 'identity/key-unsupported'],
  ])('with %s is refused', async (_, text, code) => {
    await writeFile(file, text, { mode: 0o600 });
    await expect(loadSigner(file)).rejects.toMatchObject({ code });
  });

  test('that is missing, a folder, or in a missing folder has its own error', async () => {
    await expect(loadSigner(file)).rejects.toMatchObject({ code: 'identity/key-file-missing' });
    await expect(loadSigner(folder)).rejects.toMatchObject({ code: 'identity/key-file-malformed' });
    await expect(storeSigner(join(folder, 'no', 'ca.key'), generateSigner('ES256'))).rejects.toMatchObject({
      code: 'identity/key-file-unwritable',
    });
  });

  test('holds what exportPrivateKey gives, and no error shows the key', async () => {
    const signer = generateSigner('ES256');
    await storeSigner(file, signer);
    const text = await readFile(file, 'utf8');
    expect(exportPrivateKey(signer)).toBe(text);
    expect(JSON.stringify(signer)).not.toContain('PRIVATE');
    const foreign = { ...signer };
    expect(() => exportPrivateKey(foreign)).toThrowError(
      expect.objectContaining({ code: 'identity/key-not-exportable' }),
    );
  });
});
