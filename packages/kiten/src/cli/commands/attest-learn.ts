import { decodeTpmEvidence, encodeCorim, learnReference, signCorim } from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { loadSigner, sha256 } from '@kiten/identity';
import type { Command } from 'commander';
import { parseHex, readKeyFile } from '../attest-files.ts';
import { readBytes, writeBytes } from '../files.ts';
import { appraiseGolden } from '../golden-device.ts';
import { parseDuration } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';

interface LearnOptions {
  readonly evidence: string;
  readonly key: string;
  readonly nonce: Uint8Array;
  readonly vendor: string;
  readonly model: string;
  readonly id?: string;
  readonly out: string;
  readonly signKey?: string;
  readonly issuer: string;
  readonly validFor?: number;
  readonly json?: boolean;
}

/** `kiten attest learn`: reference values from a device that is known to be good. */
export function attestLearnCommand(attest: Command): void {
  attest
    .command('learn')
    .description('learn reference values (CoRIM) from the evidence of a device that is known to be good')
    .requiredOption('--evidence <file>', 'its evidence')
    .requiredOption('--key <file>', 'its attestation key: TPM2B_PUBLIC, PEM or DER')
    .requiredOption('--nonce <hex>', 'what it answered', parseHex)
    .requiredOption('--vendor <name>', 'who makes the device')
    .requiredOption('--model <name>', 'the device and its image: gateway 1.4')
    .option('--id <id>', 'the id of the CoRIM; its vendor and model unless given')
    .requiredOption('--out <file>', 'where to write the CoRIM')
    .option('--sign-key <file>', 'sign it with this private key (PEM, P-256 or Ed25519, owner-only)')
    .option('--issuer <name>', 'who signs it', 'kiten')
    .option('--valid-for <duration>', 'how long the signature counts: 90d', parseDuration)
    .option('--json', 'print JSON')
    .action(async (options: LearnOptions) => {
      const evidence = decodeTpmEvidence(await readBytes(options.evidence));
      const golden = appraiseGolden(evidence, await readKeyFile(options.key), options.nonce);
      const { vendor, model, id = `${vendor}/${model}` } = options;
      const fields = learnReference({ ...golden, id, vendor, model });
      const corim = encodeCorim(fields);
      const written =
        options.signKey === undefined ? corim : await signed(corim, id, options.signKey, options);
      await writeBytes(options.out, written);
      const files = [...(fields.files ?? [])].length;
      if (options.json) printJson({ file: options.out, bytes: written.length, files });
      else
        print(
          `${options.out}: ${counted(written.length, 'byte', 'bytes')}, ${counted(files, 'file', 'files')} approved`,
        );
    });
}

async function signed(
  corim: Uint8Array,
  id: string,
  keyFile: string,
  options: LearnOptions,
): Promise<Uint8Array> {
  const signer = await loadSigner(keyFile);
  const issuedAt = systemSources().clock.now();
  const end = options.validFor === undefined ? {} : { expiresAt: issuedAt + options.validFor * 1000 };
  const keyId = sha256(signer.publicKey);
  if (id.length > 256) throw new KitenError('kiten/reference-id', 'An id has at most 256 characters.');
  return signCorim(corim, id, { issuer: options.issuer, keyId, issuedAt, ...end }, signer);
}
