import { createHash, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { KitenError, toHex } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  componentName,
  decodeManifest,
  encryptPayload,
  type MeasuredImage,
  openEnvelope,
  type SuitCommand,
  type SuitEnvelope,
  type SuitManifest,
  type SuitTrust,
} from '@kiten/update';
import { readVerificationKey } from './attest-files.ts';
import { byteProgress } from './byte-progress.ts';
import { readBytes } from './files.ts';
import { jsonOf } from './output.ts';

/** The digest and size of an image, read piece by piece. @throws KitenError `kiten/file-unreadable` */
export async function measureImage(file: string): Promise<MeasuredImage> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    const progress = byteProgress(`hashing ${file}`, (await stat(file)).size);
    for await (const piece of createReadStream(file, { highWaterMark: 1024 ** 2 })) {
      hash.update(piece as Buffer);
      size += (piece as Buffer).length;
      progress.add((piece as Buffer).length);
    }
    progress.end();
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
  return { digest: { algorithm: 'sha256', bytes: new Uint8Array(hash.digest()) }, size };
}

/**
 * Encrypts an image for those whose public keys are in these files.
 *
 * @param keep what becomes of the ciphertext, piece by piece.
 * @throws KitenError `kiten/file-unreadable`, `kiten/recipient-key`, `update/suit-encryption-unsupported`
 */
export async function encryptImage(
  file: string,
  keyFiles: readonly string[],
  algorithm: string,
  keep: (pieces: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<NonNullable<MeasuredImage['encrypted']>> {
  const recipients = await Promise.all(
    keyFiles.map(async (name) => ({ publicKey: await recipientKey(name) })),
  );
  const random = (octets: number) => new Uint8Array(randomBytes(octets));
  const { info, ciphertext } = encryptPayload(createReadStream(file, { highWaterMark: 1024 ** 2 }), {
    ...{ algorithm, recipients, random },
  });
  const hash = createHash('sha256');
  let size = 0;
  async function* counted() {
    for await (const piece of ciphertext) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  await keep(counted());
  return { info, digest: { algorithm: 'sha256', bytes: new Uint8Array(hash.digest()) }, size };
}

async function recipientKey(file: string): Promise<KeyObject> {
  try {
    return createPublicKey(await readBytes(file));
  } catch (cause) {
    if (cause instanceof KitenError) throw cause;
    throw new KitenError('kiten/recipient-key', `${file} has no public key to encrypt for.`, { cause });
  }
}

/** Those whose public keys are in these files; as many of them as the threshold have to agree. */
export async function trustOf(
  keyFiles: readonly string[],
  threshold = 1,
): Promise<SuitTrust & { signers: { publicKey: Uint8Array; name: string }[] }> {
  const signers = await Promise.all(
    keyFiles.map(async (name) => ({ publicKey: await readVerificationKey(name), name })),
  );
  return { signers, threshold, verify: nodeVerify };
}

/** What an envelope and its manifest say, for people and scripts; who signed it is not looked at. */
export function envelopeJson(octets: Uint8Array): unknown {
  const envelope = openEnvelope(octets);
  return {
    ...outerJson(envelope),
    manifest: manifestJson(decodeManifest(envelope.manifestOctets, envelope.members)),
  };
}

function outerJson({ digest, authentications, members, integrated }: SuitEnvelope) {
  return {
    digest: jsonOf(digest),
    signatures: authentications.length,
    severable: [...members.keys()],
    integrated: Object.fromEntries(
      Array.from(integrated, ([uri, payload]) => [uri, { bytes: payload.length }]),
    ),
  };
}

export function manifestJson(manifest: SuitManifest) {
  const { common, sections, text, componentIdentifier, coswid, ...rest } = manifest;
  const sectionJson = Object.entries(sections).map(([name, { digest, content }]) => [
    name,
    content === undefined ? { severed: toHex(digest?.bytes ?? new Uint8Array(0)) } : content.map(commandJson),
  ]);
  return {
    ...rest,
    ...(componentIdentifier && { componentIdentifier: componentName(componentIdentifier) }),
    components: common.components.map(componentName),
    ...(common.dependencies.size > 0 && { dependencies: [...common.dependencies.keys()] }),
    ...(common.sharedSequence && { sharedSequence: common.sharedSequence.map(commandJson) }),
    ...Object.fromEntries(sectionJson),
    ...(text && { text: text.content === undefined ? 'severed' : textJson(text.content) }),
    ...(coswid && { coswid: coswid.content === undefined ? 'severed' : { bytes: coswid.content.length } }),
  };
}

function textJson(texts: NonNullable<NonNullable<SuitManifest['text']>['content']>) {
  return Object.fromEntries(
    Array.from(texts, ([language, { manifest, components }]) => [
      language,
      {
        ...(jsonOf(manifest) as object),
        ...Object.fromEntries(
          components.map(({ identifier, text }) => [componentName(identifier), jsonOf(text)]),
        ),
      },
    ]),
  );
}

function commandJson(command: SuitCommand): unknown {
  switch (command.command) {
    case 'try-each':
      return { 'try-each': command.sequences.map((sequence) => sequence.map(commandJson)) };
    case 'run-sequence':
      return { 'run-sequence': command.sequence.map(commandJson) };
    case 'set-component-index':
      return { [command.command]: command.index };
    case 'set-parameters':
    case 'override-parameters':
      return { [command.command]: jsonOf(command.parameters) };
    case 'override-multiple':
      return { [command.command]: jsonOf(command.parameters) };
    case 'copy-parameters':
      return { [command.command]: jsonOf(command.labels) };
    case 'custom':
      return { [`custom ${command.label}`]: jsonOf(command.argument) };
    default:
      return command.command;
  }
}
