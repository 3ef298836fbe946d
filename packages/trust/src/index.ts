export {
  type ClaimName,
  claimByNumber,
  claimNames,
  claimNumber,
  isClaimName,
  parseClaimName,
  type TrustVector,
} from './claims.ts';
export type { Evidence } from './evidence.ts';
export type { Clearance, Finding } from './finding.ts';
export type { PartOf } from './part-of.ts';
export type {
  Appraiser,
  Clock,
  Enforcer,
  EvidenceSource,
  MessageTap,
  Record,
  ReferenceValue,
  Session,
  TappedMessage,
} from './ports.ts';
export type { Profile } from './profile.ts';
export type { RecordedEvent } from './recorded-event.ts';
export { isStanding, type Standing, standings } from './standing.ts';
export {
  type DeviceId,
  deviceSubject,
  isDeviceId,
  isSubject,
  parseDeviceId,
  parseSubjectKey,
  type Subject,
  type SubjectKind,
  subjectKey,
  subjectKinds,
} from './subject.ts';
export { earStatus, isClaimValue, severityOf, type Tier, tierOf, tiers, worseTier } from './tiers.ts';
export type { TrustChange, TrustDirection, TrustState } from './trust-change.ts';
export type { Verdict } from './verdict.ts';
