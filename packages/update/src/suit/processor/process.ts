import { KitenError } from '@kiten/codec';
import type { SuitTrust } from '../authenticate.ts';
import { equalDigests } from '../digest.ts';
import type { SuitSectionName } from '../labels.ts';
import { defaultSuitLimits, type SuitLimits } from '../limits.ts';
import { refusal } from '../refusal.ts';
import { type VerifiedSuit, verifyEnvelope } from '../verify-envelope.ts';
import { allFrames, checkAllProcessed } from './dependencies.ts';
import { type Frame, frameOf } from './frame.ts';
import { checkComponents, runSection } from './interpreter.ts';
import type { SuitDevice, SuitStorage } from './ports.ts';
import { Procedure, type SuitRecord } from './procedure.ts';

export interface ProcessSuitOptions {
  readonly trust: SuitTrust;
  readonly device: SuitDevice;
  readonly storage: SuitStorage;
  readonly limits?: SuitLimits;
  /** Called at each step; what it throws ends the procedure and keeps what was staged. */
  readonly onStep?: () => void;
}

/** What a procedure has done. */
export interface SuitOutcome extends VerifiedSuit {
  readonly records: readonly SuitRecord[];
  readonly writtenBytes: number;
}

const updateSections = [
  'dependencyResolution',
  'payloadFetch',
  'candidateVerification',
  'install',
  'validate',
] as const;
const invocationSections = ['validate', 'load', 'invoke'] as const;

/**
 * Installs what a manifest describes (the Update Procedure, draft-ietf-suit-manifest §5.3.4, with the manifests that it
 * depends on). Either all its components are in place afterwards and its sequence number is taken down, or nothing was
 * written. What was fetched when the power failed, or when `onStep` or `device.fetch` threw something other than a
 * KitenError, is found again by the next attempt at the same manifest.
 *
 * @throws KitenError `update/suit-…`: what is refused, and why.
 */
export const processUpdate = (octets: Uint8Array, options: ProcessSuitOptions): Promise<SuitOutcome> =>
  run(octets, updateSections, options);

/** Validates, loads and starts what a manifest describes (the Invocation Procedure). It takes no number down. */
export const processInvocation = (octets: Uint8Array, options: ProcessSuitOptions): Promise<SuitOutcome> =>
  run(octets, invocationSections, options);

async function run(
  octets: Uint8Array,
  sections: readonly SuitSectionName[],
  { trust, device, storage, limits = defaultSuitLimits, onStep }: ProcessSuitOptions,
): Promise<SuitOutcome> {
  const suit = verifyEnvelope(octets, trust, limits);
  const root = frameOf(suit);
  await checkProgress(root, storage);
  checkNothingSevered(suit, sections);
  const transaction = await storage.begin(suit.envelope.digest);
  const procedure = new Procedure(device, transaction, trust, limits, onStep);
  try {
    checkComponents(root, procedure);
    for (const section of sections) {
      if (section === 'invoke') await transaction.commit([]);
      await runSection(root, section, procedure);
      for (const frame of allFrames(root)) if (frame !== root) await checkProgress(frame, storage);
    }
    checkAllProcessed(root, sections);
    if (!sections.includes('invoke')) await transaction.commit(numbersOf(root));
  } catch (error) {
    if (error instanceof KitenError) await transaction.discard();
    else await transaction.suspend();
    throw error;
  }
  return { ...suit, records: procedure.records, writtenBytes: procedure.writtenBytes };
}

const placeOf = ({ suit }: Frame) => suit.manifest.componentIdentifier ?? [];

/**
 * No manifest goes back behind what was installed (draft-ietf-suit-manifest §6.1, §8.4.2), and no number stands for two
 * manifests.
 */
async function checkProgress(frame: Frame, storage: SuitStorage): Promise<void> {
  const { sequenceNumber } = frame.suit.manifest;
  const installed = await storage.installed(placeOf(frame));
  if (installed === undefined || sequenceNumber > installed.sequenceNumber) return;
  if (sequenceNumber < installed.sequenceNumber) {
    throw refusal(
      'update/suit-rollback',
      `The manifest has the sequence number ${sequenceNumber}; ${installed.sequenceNumber} is installed already.`,
      { sequenceNumber, installed: installed.sequenceNumber },
    );
  }
  if (equalDigests(frame.suit.envelope.digest, installed.digest)) return;
  throw refusal(
    'update/suit-sequence-reused',
    `Another manifest with the sequence number ${sequenceNumber} is installed.`,
  );
}

function checkNothingSevered({ manifest }: VerifiedSuit, sections: readonly SuitSectionName[]): void {
  for (const section of sections) {
    const member = manifest.sections[section];
    if (member === undefined || member.content !== undefined) continue;
    throw refusal(
      'update/suit-severed',
      `The section ${section} was severed from the manifest and cannot be run.`,
    );
  }
}

function numbersOf(root: Frame) {
  return Array.from(allFrames(root), (frame) => ({
    manifest: placeOf(frame),
    sequenceNumber: frame.suit.manifest.sequenceNumber,
    digest: frame.suit.envelope.digest,
  }));
}
