import { KitenError, toHex } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  componentName,
  isMcubootImage,
  showMcubootVersion,
  type VerifiedMcubootImage,
  type VerifiedSuit,
  verifyEnvelope,
  verifyMcubootImage,
} from '@kiten/update';
import { type Command, InvalidArgumentError } from 'commander';
import { readVerificationKey } from '../attest-files.ts';
import { isDirectory, readBytes } from '../files.ts';
import {
  type InclusionOptions,
  type LoggedReport,
  loggedFile,
  printLogged,
  tellLogged,
  withInclusion,
} from '../logged-files.ts';
import { counted, print, printJson } from '../output.ts';
import { manifestJson, trustOf } from '../suit-files.ts';
import { verifyTuf } from './update-repository.ts';

export interface VerifyUpdateOptions extends InclusionOptions {
  readonly key?: readonly string[];
  readonly root?: string;
  readonly threshold?: number;
  readonly slotBytes?: number;
  readonly securityCounter?: number;
  readonly json?: boolean;
  /** Where the log has it, if that was asked for. */
  readonly logged?: LoggedReport;
}

/** `kiten update verify`: whatever an update comes in. */
export function verifyUpdateCommand(update: Command): void {
  withInclusion(update.command('verify <path>'))
    .description(
      'verify an update, whichever it is: a SUIT envelope, an image of MCUboot, a TUF repository as all its clients would, to the last target, or one TUF metadata file; with --inclusion also, or alone, that a witnessed log has it; exits with 1 if it does not hold',
    )
    .option('--key <files...>', 'SUIT, MCUboot: public keys or certificates of those who are trusted')
    .option('--root <file>', 'TUF: a root that came some other way; of a repository, its first by default')
    .option('--threshold <keys>', 'SUIT: how many of them have to agree', parseThreshold, 1)
    .option('--slot-bytes <octets>', 'MCUboot: the slot that the image has to fit in', parseCount)
    .option(
      '--security-counter <number>',
      'MCUboot: what the device counts at; a lower one is refused',
      parseCount,
    )
    .option('--json', 'print JSON')
    .action(async (path: string, given: VerifyUpdateOptions) => {
      if (await isDirectory(path)) return verifyTuf(path, given);
      const logged = await loggedFile(path, given);
      const options = logged === undefined ? given : { ...given, logged };
      // Whoever names nobody that has to have signed asks what the log says, and nothing else.
      if (logged !== undefined && given.key === undefined && given.root === undefined)
        return tellLogged(path, logged, given.json);
      const octets = await readBytes(path);
      if (isMcubootImage(octets)) return imageReport(path, await verifyImage(octets, options), options);
      // Tag 107, as each envelope begins (draft-ietf-suit-manifest §8.2).
      if (octets[0] === 0xd8 && octets[1] === 0x6b)
        return suitReport(path, await verifySuit(octets, options), options);
      // Metadata of TUF is a JSON object.
      if (octets[0] === 0x7b) return verifyTuf(path, options);
      throw new KitenError(
        'kiten/update-unknown',
        `${path} is neither a SUIT envelope, nor an image of MCUboot, nor metadata of TUF.`,
      );
    });
}

/** @throws InvalidArgumentError unless it is a whole number from 1 */
export function parseThreshold(text: string): number {
  const threshold = Number(text);
  if (Number.isSafeInteger(threshold) && threshold >= 1) return threshold;
  throw new InvalidArgumentError('A threshold is a whole number from 1.');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (text !== '' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new InvalidArgumentError('It is a whole number from 0.');
}

export const verifySuit = async (
  octets: Uint8Array,
  { key, threshold }: VerifyUpdateOptions,
): Promise<VerifiedSuit> => verifyEnvelope(octets, await trustOf(mustHave(key), threshold));

/** Whoever checks signatures has to say whose count. */
function mustHave(key: readonly string[] | undefined): readonly string[] {
  if (key !== undefined) return key;
  throw new KitenError(
    'kiten/option-missing',
    'It is verified under the keys of those who are trusted: --key FILE.',
  );
}

async function verifyImage(octets: Uint8Array, options: VerifyUpdateOptions): Promise<VerifiedMcubootImage> {
  const { key, slotBytes, securityCounter } = options;
  return verifyMcubootImage(octets, {
    publicKeys: await Promise.all(mustHave(key).map(readVerificationKey)),
    verify: nodeVerify,
    ...(slotBytes !== undefined && { slotBytes }),
    ...(securityCounter !== undefined && { securityCounter }),
  });
}

export function suitReport(
  file: string,
  { manifest, signers, envelope }: VerifiedSuit,
  { json, logged }: VerifyUpdateOptions,
): void {
  const names = signers.map(({ name }) => name ?? '');
  if (json) {
    printJson({
      kind: 'suit',
      verified: true,
      signers: names,
      digest: toHex(envelope.digest.bytes),
      manifest: manifestJson(manifest),
      ...(logged && { log: logged }),
    });
    return;
  }
  print(`${file}: a SUIT manifest, signed by ${names.join(' and ')}`);
  print(
    `  sequence number ${manifest.sequenceNumber}, for ${counted(manifest.common.components.length, 'component', 'components')}:`,
  );
  for (const component of manifest.common.components) print(`  ${componentName(component)}`);
  printLogged(logged);
}

function imageReport(
  file: string,
  { image, publicKey }: VerifiedMcubootImage,
  { json, logged }: VerifyUpdateOptions,
): void {
  const { tlvs, protectedTlvs, version, ...rest } = image;
  if (json) {
    const shown = [...protectedTlvs, ...tlvs].map(({ type, name, value }) => ({
      type,
      name,
      bytes: value.length,
    }));
    printJson({
      kind: 'mcuboot',
      verified: true,
      key: toHex(publicKey),
      version: showMcubootVersion(version),
      ...rest,
      tlvs: shown,
      ...(logged && { log: logged }),
    });
    return;
  }
  print(`${file}: an image of MCUboot, version ${showMcubootVersion(version)}, signed by a trusted key`);
  print(`  ${image.totalBytes} octets in its slot; security counter ${image.securityCounter ?? 'none'}`);
  printLogged(logged);
}
