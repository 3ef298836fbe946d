import { toHex } from '@kiten/codec';
import type { TpmKey } from '../keys/attestation-key.ts';
import type { ReferenceImage } from '../reference/reference-image.ts';
import { type CheckedReport, checkRuntimeReport } from '../runtime/check-report.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import {
  type ReportPart,
  type RuntimeReport,
  reportParts,
  type SecretFingerprint,
  type SignedReport,
} from '../runtime/runtime-report.ts';
import { type Conclusion, conclude } from './conclusion.ts';
import { judgeCredentials } from './judge-credentials.ts';
import { type EventState, judgeEvents } from './judge-events.ts';
import type { UnknownFiles } from './judge-files.ts';
import { judgeKernel, judgeModules, judgeTaint } from './judge-kernel.ts';
import { judgeMemory, judgeProcesses } from './judge-processes.ts';
import { judgeSockets } from './judge-sockets.ts';

export interface ReportContext {
  readonly key: TpmKey;
  readonly nonce: Uint8Array;
  readonly images: readonly ReferenceImage[];
  readonly before: EventState | undefined;
  readonly unknownFiles: UnknownFiles;
}

export interface AppraisedReport {
  readonly conclusions: readonly Conclusion[];
  /** Where to go on; what is remembered stays if absent. */
  readonly events?: EventState;
  /** Of secrets that the device has: to be held against those of others. */
  readonly fingerprints?: readonly SecretFingerprint[];
}

/** What the kernel is and runs, as the device says: who says it is looked at before anything else. */
export function appraiseReport(signed: SignedReport | undefined, context: ReportContext): AppraisedReport {
  const references = context.images.flatMap(({ runtime }) => runtime ?? []);
  if (signed === undefined) {
    const expected = references.length > 0 || context.before !== undefined;
    return { conclusions: expected ? [conclude('report-missing', 'visibility')] : [] };
  }
  const checked = checkRuntimeReport(signed, context.key, context.nonce);
  if (checked.problem !== undefined) return { conclusions: [refused(checked)] };
  const { report } = checked;
  const judgedEvents = report.events && judgeEvents(report.events, context.before, references);
  return {
    conclusions: [
      conclude('report-proven', 'report'),
      ...judgeParts(report, references, context),
      ...(judgedEvents === undefined ? [] : [judgedEvents.conclusion]),
    ],
    ...(judgedEvents === undefined ? {} : { events: judgedEvents.state }),
    ...(report.credentials === undefined ? {} : { fingerprints: report.credentials.fingerprints }),
  };
}

type Refused = Exclude<CheckedReport, { problem?: undefined }>;

function refused({ problem, code, report }: Refused): Conclusion {
  switch (problem) {
    case 'signer':
      return conclude('report-of-another', 'report', { key: toHex(report?.signer ?? new Uint8Array(0)) });
    case 'nonce':
      return conclude('report-replayed', 'report', { nonce: toHex(report?.nonce ?? new Uint8Array(0)) });
    case 'signature-unreadable':
    case 'report-unreadable':
      return conclude('report-unreadable', 'report', { problem: code ?? problem });
    default:
      return conclude('report-signature', 'report', { problem });
  }
}

function judgeParts(
  report: RuntimeReport,
  references: readonly RuntimeReference[],
  { images, unknownFiles }: ReportContext,
): Conclusion[] {
  const { kernel, modules, sockets, executables, credentials } = report;
  return [
    judgeVisibility(report, references),
    ...(kernel === undefined ? [] : [judgeKernel(kernel, references), judgeTaint(kernel, references)]),
    ...(modules === undefined ? [] : [judgeModules(modules, references, unknownFiles)]),
    ...(sockets === undefined ? [] : [judgeSockets(sockets, references)]),
    ...(executables === undefined
      ? []
      : [...judgeProcesses(executables, images, unknownFiles), judgeMemory(executables, kernel)]),
    ...(credentials === undefined ? [] : [judgeCredentials(credentials, references)]),
  ];
}

/** What a device cannot see, or leaves out, counts against it where it is known what should be there. */
function judgeVisibility(report: RuntimeReport, references: readonly RuntimeReference[]): Conclusion {
  const unseen = new Map<ReportPart, string>(report.unseen.map(({ part, reason }) => [part, reason]));
  for (const part of reportParts) {
    if (report[part] === undefined && !unseen.has(part)) unseen.set(part, 'left out');
  }
  const expected = [...unseen].filter(([part]) => references.some((reference) => speaksOf(reference, part)));
  const told = expected.length > 0 ? expected : [...unseen];
  if (told.length === 0) return conclude('runtime-seen', 'visibility');
  return conclude(expected.length > 0 ? 'runtime-unseen' : 'runtime-unexpected', 'visibility', {
    parts: told.map(([part]) => part).join(', '),
    reason: (told[0]?.[1] ?? '').slice(0, 200),
  });
}

function speaksOf(reference: RuntimeReference, part: ReportPart): boolean {
  switch (part) {
    case 'kernel':
      return reference.lockdown !== undefined || reference.settings.size > 0;
    case 'events':
      return reference.privileged !== undefined;
    case 'credentials':
      return reference.authorizedKeys !== undefined;
    default:
      return reference[part] !== undefined;
  }
}
