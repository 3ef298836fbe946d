import { dirname, resolve } from 'node:path';
import { algorithmOf, KitenError, toHex } from '@kiten/codec';
import {
  buildEnvelope,
  componentName,
  type DescribedComponent,
  describeManifest,
  encodeEnvelope,
  integratedUri,
  type MeasuredImage,
  openEnvelope,
  readDescription,
  signEnvelope,
} from '@kiten/update';
import type { Command } from 'commander';
import { parseHex } from '../attest-files.ts';
import { readBytes, readText, writeBytes, writePieces } from '../files.ts';
import { signersOf } from '../holder-key.ts';
import { counted, print, printJson } from '../output.ts';
import { encryptImage, envelopeJson, measureImage } from '../suit-files.ts';
import { parseThreshold, suitReport, type VerifyUpdateOptions, verifySuit } from './update-verify.ts';

/** `kiten update suit`: manifests for microcontrollers, from and to files. */
export function suitCommands(update: Command): void {
  const suit = update
    .command('suit')
    .description(
      'manifests of Software Updates for the Internet of Things (SUIT): build, sign, verify, look into',
    );

  suit
    .command('build <description>')
    .description('make the envelope of a manifest from a description in JSON; nobody has signed it yet')
    .requiredOption('--out <file>', 'where the envelope goes')
    .option('--json', 'print JSON')
    .action(build);

  suit
    .command('sign <envelope>')
    .description('add a signature to an envelope')
    .requiredOption('--key <key>', 'the private key: a PKCS#8 file for its owner only, or a pkcs11: URI')
    .option('--passphrase-file <file>', 'an owner-only file whose first line opens a key that is encrypted')
    .option('--key-id <hex>', 'the key identifier that the signature names', parseHex)
    .option('--fully-specified', 'name the algorithm by its newer code point (ESP256, Ed25519 …)')
    .option('--out <file>', 'where the signed envelope goes; in place of the other unless given')
    .option('--json', 'print JSON')
    .action(sign);

  suit
    .command('verify <envelope>')
    .description('check who signed an envelope, and that its manifest and members are what they signed')
    .requiredOption('--key <files...>', 'public keys or certificates of those who are trusted')
    .option('--threshold <keys>', 'how many of them have to agree', parseThreshold, 1)
    .option('--json', 'print JSON')
    .action(async (file: string, options: VerifyUpdateOptions) => {
      suitReport(file, await verifySuit(await readBytes(file), options), options);
    });

  suit
    .command('inspect <envelope>')
    .description('say what an envelope and its manifest contain, whoever signed it')
    .option('--json', 'print JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const found = envelopeJson(await readBytes(file));
      if (json) printJson(found);
      else print(JSON.stringify(found, null, 2));
    });
}

async function build(file: string, { out, json }: { out: string; json?: boolean }): Promise<void> {
  const description = readDescription(await readText(file));
  const integrated = new Map<string, Uint8Array>();
  const images: MeasuredImage[] = [];
  for (const [index, component] of description.components.entries()) {
    images.push(await imageOf(component, index, dirname(file), integrated));
  }
  const envelope = buildEnvelope(describeManifest(description, images), { ...description, integrated });
  const octets = encodeEnvelope(envelope);
  await writeBytes(out, octets);
  const digest = toHex(envelope.digest.bytes);
  if (json) return printJson({ out, bytes: octets.length, digest, components: images.length });
  print(
    `${out}: a manifest for ${counted(images.length, 'component', 'components')}, sequence number ${description.sequenceNumber}`,
  );
  for (const { identifier, uri, encryption } of description.components) {
    const sealed = encryption === undefined ? '' : `, encrypted for ${encryption.recipients.join(', ')}`;
    print(`  ${componentName(identifier)} from ${uri ?? 'the envelope'}${sealed}`);
  }
  return print(`  digest ${digest}`);
}

/** Measures an image, and puts it into the envelope or, encrypted, beside it: as `IMAGE.encrypted`. */
async function imageOf(
  { image, uri, encryption }: DescribedComponent,
  index: number,
  directory: string,
  integrated: Map<string, Uint8Array>,
): Promise<MeasuredImage> {
  const path = resolve(directory, image);
  const measured = await measureImage(path);
  if (encryption === undefined) {
    if (uri === undefined) integrated.set(integratedUri(index), await readBytes(path));
    return measured;
  }
  const keys = encryption.recipients.map((key) => resolve(directory, key));
  const encrypted = await encryptImage(path, keys, encryption.algorithm, async (pieces) => {
    if (uri !== undefined) return writePieces(`${path}.encrypted`, pieces);
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    integrated.set(integratedUri(index), new Uint8Array(Buffer.concat(all)));
  });
  return { ...measured, encrypted };
}

async function sign(file: string, options: SignOptions): Promise<void> {
  const envelope = openEnvelope(await readBytes(file));
  const [signer] = await signersOf({ ...options, key: [options.key] });
  if (signer === undefined) throw new KitenError('kiten/option-missing', 'A key signs: --key FILE.');
  const { coseFullySpecified } = algorithmOf(signer.algorithm);
  const codePoint = options.fullySpecified === true ? coseFullySpecified : undefined;
  const signed = signEnvelope(envelope, signer, {
    ...(options.keyId && { keyIdentifier: options.keyId }),
    ...(codePoint !== undefined && { fullySpecified: codePoint }),
  });
  if (signed.authentications.length > 16) {
    throw new KitenError('kiten/too-many-signatures', 'An envelope has 16 signatures at most.');
  }
  const out = options.out ?? file;
  await writeBytes(out, encodeEnvelope(signed));
  const signatures = signed.authentications.length;
  if (options.json) return printJson({ out, signatures, algorithm: signer.algorithm });
  return print(`${out}: signed with ${signer.algorithm}; ${counted(signatures, 'signature', 'signatures')}`);
}

interface SignOptions {
  readonly key: string;
  readonly passphraseFile?: string;
  readonly keyId?: Uint8Array;
  readonly fullySpecified?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}
