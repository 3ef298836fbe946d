import {
  decodeTpmEvidence,
  encodeCorim,
  learnReference,
  readTpmKey,
  signCorim,
  type TpmKey,
} from '@kiten/attestation';
import { fromHex, KitenError } from '@kiten/codec';
import { loadSigner, sha256 } from '@kiten/identity';
import type { Command } from 'commander';
import { parseHex, readKeyFile } from '../attest-files.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readBytes, writeBytes } from '../files.ts';
import { appraiseGolden } from '../golden-device.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';

interface LearnOptions extends SiteOptions {
  readonly device?: string;
  readonly evidence?: string;
  readonly key?: string;
  readonly nonce?: Uint8Array;
  readonly vendor: string;
  readonly model: string;
  readonly id?: string;
  readonly out: string;
  readonly signKey?: string;
  readonly issuer: string;
  readonly validFor?: number;
}

/** `kiten attest learn`: reference values from a device that is known to be good. */
export function attestLearnCommand(attest: Command, environment: Environment): void {
  withSite(attest.command('learn'))
    .description('learn reference values (CoRIM) from the evidence of a device that is known to be good')
    .option('--device <id>', 'take the last evidence of this device from the site')
    .option('--evidence <file>', 'its evidence, unless from a site')
    .option('--key <file>', 'its attestation key: TPM2B_PUBLIC, PEM or DER')
    .option('--nonce <hex>', 'what it answered', parseHex)
    .requiredOption('--vendor <name>', 'who makes the device')
    .requiredOption('--model <name>', 'the device and its image: gateway 1.4')
    .option('--id <id>', 'the id of the CoRIM; its vendor and model unless given')
    .requiredOption('--out <file>', 'where to write the CoRIM')
    .option('--sign-key <file>', 'sign it with this private key (PEM, P-256 or Ed25519, owner-only)')
    .option('--issuer <name>', 'who signs it', 'kiten')
    .option('--valid-for <duration>', 'how long the signature counts: 90d', parseDuration)
    .action(async (options: LearnOptions) => {
      const { evidence, key, nonce } = await sourceOf(options, environment);
      const golden = appraiseGolden(decodeTpmEvidence(evidence), key, nonce);
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

interface Source {
  readonly evidence: Uint8Array;
  readonly key: TpmKey;
  readonly nonce: Uint8Array;
}

async function sourceOf(options: LearnOptions, environment: Environment): Promise<Source> {
  const { device, evidence, key, nonce } = options;
  if (device === undefined) {
    if (evidence !== undefined && key !== undefined && nonce !== undefined)
      return { evidence: await readBytes(evidence), key: await readKeyFile(key), nonce };
    throw new KitenError(
      'kiten/attest-files',
      'Give --device, or --evidence, --key and --nonce of the golden device.',
    );
  }
  const client = await openClient(options, environment);
  const { publicArea, last } = await client.get<{
    publicArea: string;
    last?: { evidence: string; nonce: string };
  }>(`/devices/${encodeURIComponent(device)}/attestation-key`);
  if (last === undefined)
    throw new KitenError('kiten/golden-device', `${device} has not attested yet: let it attest first.`);
  const content = await client.bytes(`/evidence/${encodeURIComponent(last.evidence)}`);
  return { evidence: content, key: readTpmKey(fromHex(publicArea)), nonce: fromHex(last.nonce) };
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
