import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  generateReleaseSigner,
  loadReleaseSigner,
  loadSecretLine,
  loadSigner,
  nodeVerify,
  type ReleaseAlgorithm,
  storeSigner,
} from '../../src/index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-keys-'));
  file = join(folder, 'ann.key');
});
afterEach(() => rm(folder, { recursive: true }));

const data = Uint8Array.of(1, 2, 3);
const every: ReleaseAlgorithm[] = [
  ...(['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256'] as const),
  ...(['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const),
];

describe('the key of somebody who signs releases', () => {
  test.each(every)('is of the kind that they chose: %s', async (algorithm) => {
    const signer = generateReleaseSigner(algorithm);
    await storeSigner(file, signer);
    const loaded = await loadReleaseSigner(file);
    expect(loaded.algorithm).toBe(algorithm);
    expect(nodeVerify(algorithm, signer.publicKey, data, loaded.sign(data))).toBe(true);
    expect(nodeVerify(algorithm, signer.publicKey, Uint8Array.of(4), loaded.sign(data))).toBe(false);
  });

  test('opens with its passphrase and with no other', async () => {
    const signer = generateReleaseSigner('ES256');
    await storeSigner(file, signer, { passphrase: 'correct horse' });
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect((await loadReleaseSigner(file, 'correct horse')).publicKey).toEqual(signer.publicKey);
    await expect(loadReleaseSigner(file, 'wrong')).rejects.toMatchObject({ code: 'identity/key-passphrase' });
    await expect(loadReleaseSigner(file)).rejects.toMatchObject({ code: 'identity/key-file-encrypted' });
  });

  test('is none of a site’s own unless it is of a kind that a site has', async () => {
    await storeSigner(file, generateReleaseSigner('PS256'));
    await expect(loadSigner(file)).rejects.toMatchObject({ code: 'identity/key-unsupported' });
  });
});

describe('a line that is secret', () => {
  test('is the first of a file for its owner alone', async () => {
    await writeFile(file, '4321\r\nnot this\n', { mode: 0o600 });
    expect(await loadSecretLine(file)).toBe('4321');
    await chmod(file, 0o640);
    await expect(loadSecretLine(file)).rejects.toMatchObject({ code: 'identity/key-file-exposed' });
  });

  test('is not an empty one', async () => {
    await writeFile(file, '\n4321\n', { mode: 0o600 });
    await expect(loadSecretLine(file)).rejects.toMatchObject({ code: 'identity/key-file-malformed' });
  });
});
