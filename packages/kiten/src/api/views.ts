import { type Finding, type FindingRegistry, subjectKey, tierOf } from '@kiten/trust';
import type { DeviceBook, DeviceRecord } from '../site/device-book.ts';
import type { ApprovalAction } from '../site/drastic-actions.ts';
import type { PresenceBoard } from '../site/presence.ts';
import type { ApprovalRecord } from '../store/approvals.ts';

/** A finding as people read it: with its tier and its sentences. */
export function findingView(finding: Finding, registry: FindingRegistry) {
  return {
    ...(finding.subject.kind === 'device' ? {} : { part: subjectKey(finding.subject) }),
    code: finding.code,
    claim: finding.claim,
    value: finding.value,
    tier: tierOf(finding.value),
    aspect: finding.aspect,
    appraiser: finding.appraiser,
    at: finding.at,
    ...(finding.holdsUntil === undefined ? {} : { holdsUntil: finding.holdsUntil }),
    premises: [...finding.premises],
    parameters: { ...finding.parameters },
    sentence: { en: registry.sentence(finding, 'en'), ja: registry.sentence(finding, 'ja') },
  };
}

/** A request for a second person, as the API shows it. */
export function approvalView({ action, parameters, ...rest }: ApprovalRecord) {
  return { ...rest, action: action as ApprovalAction, parameters: { ...parameters } };
}

/** What a device is shown with. */
interface Shown {
  readonly presence: PresenceBoard;
  readonly book: DeviceBook;
}

/** A device as a row of the fleet. */
export function deviceSummaryView(device: DeviceRecord, { presence, book }: Shown) {
  const exception = book.exceptionFor(device);
  return {
    id: device.id,
    groups: [...device.groups],
    mode: book.mode(device),
    ...(exception === undefined ? {} : { exceptionUntil: exception.until }),
    held: (device.held ?? []).map((one) => ({
      ...one,
      by: one.brake === undefined ? ('playbook' as const) : ('brake' as const),
    })),
    standing: device.standing,
    status: device.verdict.status,
    overdue: device.verdict.overdue,
    epoch: device.verdict.epoch,
    vector: { ...device.verdict.vector },
    connections: [...presence.of(device.id)],
    registeredAt: device.registeredAt,
    ...(device.password === undefined
      ? {}
      : { password: { origin: device.password.origin, setAt: device.password.setAt } }),
  };
}

export function deviceView(device: DeviceRecord, shown: Shown, registry: FindingRegistry) {
  return {
    ...deviceSummaryView(device, shown),
    verdictAt: device.verdict.at,
    profile: device.verdict.profile,
    ...(device.verdict.lapsesAt === undefined ? {} : { lapsesAt: device.verdict.lapsesAt }),
    standingAt: device.standingAt,
    ...(device.standingBy === undefined ? {} : { standingBy: device.standingBy }),
    ...(device.standingReason === undefined ? {} : { standingReason: device.standingReason }),
    findings: device.verdict.findings.map((finding) => findingView(finding, registry)),
  };
}
