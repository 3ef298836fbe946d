import { KitenError } from '@kiten/codec';
import type { EndorsementWord } from '../endorsement/endorsement-certificate.ts';
import { decodeTpmEvidence, type TpmEvidence } from '../evidence/tpm-evidence.ts';
import type { TpmKey } from '../keys/attestation-key.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import type { SecretFingerprint } from '../runtime/runtime-report.ts';
import { appraiseBoot } from './appraise-boot.ts';
import { type AppraisedIma, appraiseIma, measurementRegisters } from './appraise-ima.ts';
import { appraiseEndorsement, appraiseKeys } from './appraise-keys.ts';
import { appraiseQuotes } from './appraise-quotes.ts';
import { type AppraisedReport, appraiseReport } from './appraise-report.ts';
import { type AttesterState, isSameBoot } from './attester-state.ts';
import { type Conclusion, conclude, isAdverse, worstOn } from './conclusion.ts';
import type { UnknownFiles } from './judge-files.ts';

/** What a verifier knows besides the evidence. */
export interface AppraisalContext {
  /** The attestation key of this device. */
  readonly key: TpmKey;
  /** What the verifier gave it to answer. */
  readonly nonce: Uint8Array;
  readonly images: readonly ReferenceImage[];
  /** What was remembered of the last appraisal. */
  readonly state?: AttesterState;
  /** What became of the endorsement key that the attestation key was activated under. */
  readonly endorsement?: EndorsementWord;
  /** `contraindicated` unless given. */
  readonly unknownFiles?: UnknownFiles;
}

export interface AppraisedEvidence {
  readonly conclusions: readonly Conclusion[];
  /** What to remember; absent if the quotes prove nothing, and then what is remembered stays. */
  readonly state?: AttesterState;
  /** Of secrets that the device proved to speak for: to be held against those of other devices. */
  readonly fingerprints?: readonly SecretFingerprint[];
}

/**
 * Appraises the evidence of a TPM: who quotes, what was booted, what ran since, whose TPM it is and what it keeps.
 * Pure: the same evidence and context give the same conclusions.
 */
export function appraiseTpmEvidence(evidence: TpmEvidence, context: AppraisalContext): AppraisedEvidence {
  const { key, nonce, images, state, endorsement, unknownFiles = 'contraindicated' } = context;
  const quotes = appraiseQuotes(evidence, key, nonce, state);
  const hardware = endorsement === undefined ? [] : [appraiseEndorsement(endorsement)];
  if (quotes.quoted === undefined) return { conclusions: [quotes.conclusion, ...hardware] };

  const { quoted, attest } = quotes;
  const { resetCount, restartCount, clock } = attest.clockInfo;
  const known = isSameBoot(state, resetCount) ? state : undefined;
  const before = known?.ima ?? new Map();
  const standing = known?.standing ?? [];
  // A device that stops sending its list does not get rid of what the list said.
  const ima = evidence.ima ?? (before.size === 0 ? undefined : { offset: -1, entries: new Uint8Array(0) });
  const apart = ima === undefined ? new Set<number>() : measurementRegisters(ima, before);
  const boot = appraiseBoot(quoted, evidence.bootLog, images, apart);
  const runtime =
    ima === undefined
      ? missingList(images)
      : appraiseIma(ima, { quoted, images, before, standing, unknownFiles });
  const keys = appraiseKeys(evidence.certified ?? [], key, nonce);
  const report = appraiseReport(evidence.runtime, {
    ...{ key, nonce, images, unknownFiles },
    before: state?.events,
  });
  return {
    conclusions: [
      quotes.conclusion,
      ...hardware,
      bootAndRuntime(boot, runtime),
      ...(runtime?.conclusions ?? []),
      ...(keys === undefined ? [] : [keys]),
      ...withStanding(report, standing),
    ],
    state: {
      ...{ resetCount, restartCount, clock },
      ima: runtime?.states ?? before,
      standing: standingAfter(runtime, report, standing),
      ...eventsAfter(report, state),
    },
    ...(report.fingerprints === undefined ? {} : { fingerprints: report.fingerprints }),
  };
}

/**
 * Decodes and appraises evidence. What cannot be decoded is a finding, not an error: whoever sent it is to be seen.
 */
export function appraiseEncodedEvidence(bytes: Uint8Array, context: AppraisalContext): AppraisedEvidence {
  let evidence: TpmEvidence;
  try {
    evidence = decodeTpmEvidence(bytes);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return { conclusions: [conclude('evidence-unreadable', 'quote', { problem: error.code })] };
  }
  return appraiseTpmEvidence(evidence, context);
}

/** Where it is known what may run, a device that tells nothing of what ran is not as good as one that does. */
function missingList(images: readonly ReferenceImage[]): AppraisedIma | undefined {
  if (images.every(({ files }) => files.size === 0)) return undefined;
  const conclusions = [conclude('ima-log-missing', 'runtime'), conclude('files-unjudged', 'files')];
  return { conclusions, approved: false };
}

function bootAndRuntime(
  { conclusion, approvedBy }: ReturnType<typeof appraiseBoot>,
  runtime: AppraisedIma | undefined,
): Conclusion {
  if (approvedBy === undefined || runtime?.approved !== true) return conclusion;
  return conclude('system-approved', 'boot', { reference: approvedBy.name });
}

/** What was found against what ran, now or before in this boot: the worst on each aspect. */
function standingAfter(
  runtime: AppraisedIma | undefined,
  report: AppraisedReport,
  before: readonly Conclusion[],
): readonly Conclusion[] {
  const files = runtime?.states === undefined ? [] : runtime.conclusions.filter(isAdverse);
  const all = [...before, ...files, ...report.conclusions.filter(isAdverse)];
  return (['runtime', 'files', 'events'] as const).flatMap((aspect) => worstOn(aspect, all) ?? []);
}

/** An event that happened has happened: what comes after does not make up for it. */
function withStanding({ conclusions }: AppraisedReport, standing: readonly Conclusion[]): Conclusion[] {
  return conclusions.map((each) =>
    each.aspect === 'events' ? (worstOn('events', [...standing, each]) ?? each) : each,
  );
}

function eventsAfter({ events }: AppraisedReport, before: AttesterState | undefined) {
  const known = events ?? before?.events;
  return known === undefined ? {} : { events: known };
}
