import {
  type ChallengeMessage,
  coveredLength,
  type ImaPart,
  measurementRegister,
  type TpmEvidence,
} from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { type PcrSelection, tpmAlgorithm } from '@kiten/wire';
import type { CollectedReport } from '../runtime/collect-report.ts';
import { signReport } from '../runtime/sign-report.ts';
import { describeTpm } from '../tpm/capabilities.ts';
import type { TpmObject } from '../tpm/object.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { type ConsistentQuote, quoteWithValues } from './consistent-quote.ts';
import { type MeasurementFiles, readMeasurements } from './measurements.ts';

/**
 * What answers a challenge: a quote over the registers asked for, their values, the boot log, and what the site doesn't
 * know yet of the measurement list; with them what it runs, if that was looked at.
 *
 * @throws KitenError `agent/log-unreadable`, `agent/list-uncovered`, `agent/registers-restless`, `agent/tpm-…`
 */
export async function collectEvidence(
  tpm: Tpm,
  attestationKey: TpmObject,
  challenge: ChallengeMessage,
  files: MeasurementFiles,
  report?: CollectedReport,
): Promise<TpmEvidence> {
  const selections = await selectionsOf(tpm, challenge);
  const quoted = await quoteWithValues(tpm, attestationKey.handle, challenge.nonce, selections);
  const bootLog = await readMeasurements(files.bootLog);
  const asksForList = challenge.pcrs.sha256.includes(measurementRegister);
  const list = asksForList ? await readMeasurements(files.imaLog) : undefined;
  return {
    quotes: [quoted.signed],
    banks: quoted.banks,
    attester: attestationKey.publicArea,
    ...(bootLog === undefined ? {} : { bootLog }),
    ...(list === undefined ? {} : { ima: newPart(list, quoted, challenge) }),
    ...(report === undefined
      ? {}
      : { runtime: await signReport(tpm, attestationKey, report, challenge.nonce) }),
  };
}

/** Of the banks that are asked for, those that this TPM has: what is missing is for the site to judge. */
async function selectionsOf(tpm: Tpm, { pcrs }: ChallengeMessage): Promise<readonly PcrSelection[]> {
  const { banks } = await describeTpm(tpm);
  const wanted = new Map<number, readonly number[]>([
    [tpmAlgorithm.sha256, pcrs.sha256],
    [tpmAlgorithm.sha384, pcrs.sha384 ?? []],
  ]);
  return banks.flatMap(({ bank, mapBytes }) => {
    const asked = wanted.get(bank.id) ?? [];
    return asked.length === 0 ? [] : [{ bank, pcrs: asked, mapBytes }];
  });
}

/** The list goes on growing: it ends where the quote does, and begins where the site's knowledge of this boot ends. */
function newPart(
  list: Uint8Array,
  { banks, clockInfo }: ConsistentQuote,
  { ima }: ChallengeMessage,
): ImaPart {
  const end = coveredLength(list, banks);
  if (end === undefined) {
    throw new KitenError(
      'agent/list-uncovered',
      'The measurement list nowhere leads to what the TPM quotes: another program extends PCR 10, or the list was changed.',
    );
  }
  const known = ima !== null && ima.resetCount === clockInfo.resetCount ? ima.offset : 0;
  // Less than the site knows of: it has to hear the list anew to see that.
  const offset = known <= end ? known : 0;
  return { offset, entries: list.subarray(offset, end) };
}
