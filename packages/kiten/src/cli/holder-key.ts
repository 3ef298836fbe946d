import { KitenError, type Signer } from '@kiten/codec';
import { loadReleaseSigner, loadSecretLine } from '@kiten/identity';
import type { Command } from 'commander';
import { openTokenSigner } from './pkcs11/token-signer.ts';
import { isPkcs11Uri } from './pkcs11/uri.ts';

/** Which private keys sign: files, or keys on tokens. */
export interface SigningOptions {
  readonly key: readonly string[];
  readonly passphraseFile?: string;
}

const keyHelp = 'private keys: PKCS#8 PEM files for their owner only, or pkcs11: URIs (RFC 7512)';

export function withSigningKeys(command: Command): Command {
  return command
    .requiredOption('--key <key...>', keyHelp)
    .option(
      '--passphrase-file <file>',
      'an owner-only file whose first line opens the keys that are encrypted',
    );
}

/**
 * The signers of `--key`.
 *
 * @throws KitenError `identity/key-…`, `kiten/pkcs11-…`, `kiten/key-repeated`
 */
export async function signersOf({ key, passphraseFile }: SigningOptions): Promise<readonly Signer[]> {
  const passphrase = passphraseFile === undefined ? undefined : await loadSecretLine(passphraseFile);
  if (new Set(key).size !== key.length) {
    throw new KitenError('kiten/key-repeated', 'A key is given twice; it counts once.');
  }
  const signers: Signer[] = [];
  for (const each of key) signers.push(await openSigner(each, passphrase));
  return signers;
}

export const openSigner = (key: string, passphrase?: string): Promise<Signer> =>
  isPkcs11Uri(key) ? openTokenSigner(key) : loadReleaseSigner(key, passphrase);
