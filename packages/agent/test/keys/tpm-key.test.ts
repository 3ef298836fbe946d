import { decodePem, encodePem, KitenError } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import { requireFile, requireTool } from '../../../../test/tools.ts';
import {
  createTpmKey,
  decodeTpmKey,
  encodeTpmKey,
  loadTpmKey,
  tpmSigningKey,
  withObject,
} from '../../src/index.ts';
import { libraries } from '../openssl/peer.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm } from '../swtpm.ts';

const provider = `${libraries}/ossl-modules/tpm2.so`;
const hasProvider = [requireTool('openssl', 'openssl'), requireFile(provider, 'tpm2-openssl')].every(Boolean);

describe.skipIf(!hasSwtpm)('a key that its TPM wraps', () => {
  it('is loaded from what is kept of it, by its TPM and by no other', async () => {
    await using software = await SoftwareTpm.start({ bare: true });
    await using other = await SoftwareTpm.start({ bare: true });
    const tpm = await openSoftwareTpm(software);
    const kept = encodeTpmKey(await createTpmKey(tpm));
    const key = decodeTpmKey(decodePem(kept)[0]!.der);
    await withObject(tpm, loadTpmKey(tpm, key), async ({ publicArea }) => {
      expect(publicArea).toEqual(key.publicArea);
    });
    const refused = loadTpmKey(await openSoftwareTpm(other), key);
    await expect(refused).rejects.toMatchObject({ detail: { name: 'TPM_RC_INTEGRITY' } });
  });

  it.skipIf(!hasProvider)('signs, and OpenSSL’s provider for TPMs signs with it, too', async () => {
    await using software = await SoftwareTpm.start({ bare: true });
    const tpm = await openSoftwareTpm(software);
    const wrapped = await createTpmKey(tpm);
    const key = tpmSigningKey((use) => use(tpm), wrapped);
    const digest = Buffer.alloc(32, 5);
    await software.write('key.pem', encodeTpmKey(wrapped));
    await software.write('public.pem', encodePem('PUBLIC KEY', key.publicKey));
    await software.write('digest', digest);
    const env = { TPM2OPENSSL_TCTI: `swtpm:path=${software.path('tpm')}` };
    const openssl = async (...args: readonly string[]) => {
      const outcome = await run('openssl', ['pkeyutl', '-in', software.path('digest'), ...args], { env });
      expect(outcome.code, outcome.stderr).toBe(0);
    };
    const providers = ['-provider', 'tpm2', '-provider', 'default', '-propquery', '?provider=tpm2'];
    const verify = ['-verify', '-pubin', '-inkey', software.path('public.pem'), '-sigfile'];
    const file = software.path('signature');
    await openssl(...providers, '-sign', '-inkey', software.path('key.pem'), '-out', file);
    await openssl(...verify, file);
    const raw = await key.sign(digest);
    expect(raw.length).toBe(64);
  });

  it('and nothing else is taken for one', () => {
    for (const der of [new Uint8Array(0), Buffer.from('3000', 'hex'), Buffer.alloc(9000)]) {
      expect(() => decodeTpmKey(der)).toThrow(KitenError);
    }
  });
});
