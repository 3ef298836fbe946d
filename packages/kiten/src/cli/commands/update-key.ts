import { encodePem, type Signer } from '@kiten/codec';
import { generateReleaseSigner, loadSecretLine, type ReleaseAlgorithm, storeSigner } from '@kiten/identity';
import { keyObjectOf } from '@kiten/update';
import { type Command, Option } from 'commander';
import { keyIdOfKey } from '../ceremony-files.ts';
import { digestText } from '../ceremony-output.ts';
import { writeBytes } from '../files.ts';
import { openSigner } from '../holder-key.ts';
import { readPublicKey } from '../holder-options.ts';
import { print, printJson } from '../output.ts';
import { isPkcs11Uri } from '../pkcs11/uri.ts';

const kinds: Readonly<Record<string, ReleaseAlgorithm>> = {
  ed25519: 'EdDSA',
  'p-256': 'ES256',
  'p-384': 'ES384',
  rsa: 'PS256',
};

/** `kiten update key`: the keys of those who sign releases. */
export function keyCommands(update: Command): void {
  const key = update.command('key').description('keys of those who sign releases: files, or on tokens');

  key
    .command('generate <file>')
    .description('make a key pair: the private key for its owner only, the public one beside it as FILE.pub')
    .addOption(new Option('--kind <kind>', 'which kind').choices(Object.keys(kinds)).default('ed25519'))
    .option(
      '--passphrase-file <file>',
      'encrypt it; the passphrase is the first line of this owner-only file',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: { kind: string; passphraseFile?: string; json?: boolean }) => {
      const { passphraseFile, json } = options;
      const passphrase = passphraseFile === undefined ? undefined : await loadSecretLine(passphraseFile);
      const signer = generateReleaseSigner(kinds[options.kind] ?? 'EdDSA');
      await storeSigner(file, signer, { passphrase });
      const publicFile = `${file.replace(/\.key$/, '')}.pub`;
      await writeBytes(publicFile, encodePem('PUBLIC KEY', signer.publicKey));
      return tell(signer, { file, publicFile }, json);
    });

  key
    .command('show <key>')
    .description('say the id of a key, from a file with the public one, the private one, or a pkcs11: URI')
    .option('--out <file>', 'write the public key, PEM: what the others need of it')
    .option('--passphrase-file <file>', 'an owner-only file whose first line opens a private key')
    .option('--json', 'print JSON')
    .action(async (reference: string, options: { out?: string; passphraseFile?: string; json?: boolean }) => {
      const { out, passphraseFile, json } = options;
      const found = await publicPart(reference, passphraseFile);
      if (out !== undefined) await writeBytes(out, encodePem('PUBLIC KEY', found.publicKey));
      return tell(found, out === undefined ? {} : { publicFile: out }, json);
    });
}

async function publicPart(
  reference: string,
  passphraseFile: string | undefined,
): Promise<Pick<Signer, 'algorithm' | 'publicKey'>> {
  if (isPkcs11Uri(reference) || passphraseFile !== undefined || reference.endsWith('.key')) {
    const passphrase = passphraseFile === undefined ? undefined : await loadSecretLine(passphraseFile);
    return openSigner(reference, passphrase);
  }
  return readPublicKey(reference);
}

function tell(
  key: Pick<Signer, 'algorithm' | 'publicKey'>,
  files: { readonly file?: string; readonly publicFile?: string },
  json: boolean | undefined,
): void {
  const keyId = keyIdOfKey(key);
  const { scheme } = keyObjectOf(key.algorithm, key.publicKey);
  if (json) {
    printJson({ keyId, scheme, ...files });
    return;
  }
  const where = [files.file, files.publicFile].filter((file) => file !== undefined);
  if (where.length > 0) print(where.join(', '));
  print(`  ${scheme}, key id ${digestText(keyId)}`);
}
