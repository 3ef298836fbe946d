import {
  composeVerdict,
  type Finding,
  isAdverse,
  type Profile,
  sourcedDataOf,
  type TrustState,
  tierOf,
} from '@kiten/trust';
import type { DeviceRecord } from './device-book.ts';
import { partsOf } from './parts.ts';

/** What makes a device fall: a finding's code, and who finds it. */
export interface Cause {
  readonly code: string;
  readonly appraiser: string;
}

/** A fall of one device that is shown, and not enforced yet. */
export interface HeldFall extends Cause {
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  /** The brake that holds it, or the run of the playbook, and until when that waits. */
  readonly brake?: number;
  readonly playbook?: string;
  readonly deadline?: number;
}

/** What enforcement goes by while a fall is held. */
export type TrustInForce = TrustState['verdict'] & { readonly lapsesAt?: number };

/** Whether a finding is of this cause; what affirms has none. */
export function isOf(finding: Finding, { code, appraiser }: Cause): boolean {
  return finding.code === code && finding.appraiser === appraiser && isAdverse(tierOf(finding.value));
}

/** The device with what enforcement goes by: its verdict without what is held, as if that had not been found. */
export function withTrustInForce(device: DeviceRecord, profile: Profile): DeviceRecord {
  const { inForce: _, held = [], ...rest } = device;
  if (held.length === 0) return rest;
  const { verdict, findings } = device;
  const { vector, status, overdue, lapsesAt } = composeVerdict({
    subject: verdict.subject,
    findings: findings.filter((finding) => !held.some((cause) => isOf(finding, cause))),
    edges: partsOf(device.id, findings),
    profile,
    now: verdict.at,
  });
  const inForce = { vector, status, overdue, ...(lapsesAt === undefined ? {} : { lapsesAt }) };
  return { ...rest, held, inForce };
}

/** What enforcement goes by. */
export function trustInForce(device: DeviceRecord): TrustState {
  const { standing, verdict, inForce } = device;
  const { streams } = sourcedDataOf(findingsInForce(device), () => true);
  return { standing, verdict: inForce ?? verdict, streams };
}

/** The findings that count in it. */
export function findingsInForce({ verdict, held = [] }: DeviceRecord): readonly Finding[] {
  const { findings } = verdict;
  return held.length === 0
    ? findings
    : findings.filter((finding) => !held.some((cause) => isOf(finding, cause)));
}

/** When time changes a device's trust next; infinite if it does not. */
export function lapsesAt({ verdict, inForce }: DeviceRecord): number {
  const never = Number.POSITIVE_INFINITY;
  return Math.min(verdict.lapsesAt ?? never, inForce?.lapsesAt ?? never);
}
