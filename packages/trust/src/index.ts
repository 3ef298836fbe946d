export { type ClaimValue, claimValue, claimValues } from './claim-values.ts';
export {
  type ClaimName,
  claimByNumber,
  claimNames,
  claimNumber,
  isClaimName,
  parseClaimName,
  type TrustVector,
} from './claims.ts';
export { composeVector, emptyVector, joinValues, rankOf, sameVector } from './compose-claims.ts';
export { composeVerdict, type VerdictInput } from './compose-verdict.ts';
export { currentFindings, type SettledFindings, settleFindings } from './current-findings.ts';
export { type EarExpectations, maximumEarLength, signEar, verifyEar } from './ear.ts';
export { earToCbor, parseEarCbor } from './ear-cbor.ts';
export {
  type EarAppraisal,
  type EarClaims,
  type EarFinding,
  type EarOptions,
  type EarVerdict,
  earClaims,
  earVerdictClaim,
  maximumEarFindings,
  type VerifierId,
} from './ear-claims.ts';
export { signEarCwt, verifyEarCwt } from './ear-cwt.ts';
export { earToJson } from './ear-encode.ts';
export { parseEar } from './ear-parse.ts';
export {
  type EarProfile,
  earMediaType,
  earProfile,
  isEarProfile,
  veraisonEarProfile,
} from './ear-profiles.ts';
export { type EnforcementMode, enforcementModes, isEnforcementMode } from './enforcement-mode.ts';
export { decodeEvent, encodeEvent, maximumEventBytes, maximumEventData } from './event-encoding.ts';
export type { Evidence, NamedEvidence, SealedEvidence } from './evidence.ts';
export { type Clearance, type Finding, findingKey } from './finding.ts';
export {
  defineFindings,
  type FindingDefinition,
  type FindingFields,
  type FindingRegistry,
  type FindingSentence,
  mergeFindings,
} from './finding-registry.ts';
export { type LogEntryOptions, readLogEntry } from './log-entry.ts';
export { indexParts, type PartGraph, type PartOf } from './part-of.ts';
export type {
  Appraisal,
  Appraiser,
  Clock,
  ContinuingAppraiser,
  Enforcer,
  EvidenceSource,
  MessageTap,
  Record,
  ReferenceValue,
  Session,
  TappedMessage,
} from './ports.ts';
export { defineProfile, type Profile, statusOf } from './profile.ts';
export type { Derivation, DerivationLeaf } from './proof/assemble-derivation.ts';
export {
  type AbsenceLeaf,
  type AbsenceProof,
  type Bundle,
  type BundleLeaf,
  bundleLimits,
  bundleMediaType,
  type InclusionProof,
  type Neighbour,
  type PresenceLeaf,
  type Root,
  type RootLeaf,
  type StatementLeaf,
  type Step,
} from './proof/bundle.ts';
export { decodeBundle, encodeBundle } from './proof/bundle-encoding.ts';
export { compileRules } from './proof/compile-rules.ts';
export { deriveVerdict, type VerdictSources } from './proof/derive-verdict.ts';
export { decodeFacts, encodeFacts, maximumFacts } from './proof/facts.ts';
export {
  type FindingReading,
  findingDigest,
  findingFacts,
  readFindingFacts,
  relayedFindingFacts,
  type StatedFinding,
} from './proof/finding-facts.ts';
export { type ProvenVerdict, readGoal } from './proof/goal.ts';
export { type Mark, markBytes } from './proof/mark.ts';
export type { CompiledRules } from './proof/plan.ts';
export { isRole, type Role, roles } from './proof/role.ts';
export {
  decodeRuleSet,
  encodeRuleSet,
  type Pattern,
  type Rule,
  type RuleSet,
  ruleSetDigest,
  type Variable,
} from './proof/rule.ts';
export { patternText, ruleText, termText } from './proof/rule-text.ts';
export {
  type FactsFields,
  factsMediaType,
  maximumSignedFactsBytes,
  readUnverifiedFacts,
  type SaidAtom,
  type SignedFacts,
  type StatedFacts,
  signFacts,
} from './proof/signed-facts.ts';
export {
  type AttestedVerdict,
  appointmentFacts,
  compositionFacts,
  type Vouching,
  verdictFacts,
  vouchingFacts,
} from './proof/stated-facts.ts';
export type { Atom, Term } from './proof/term.ts';
export { readVerdictFacts, type VerdictReading } from './proof/verdict-reading.ts';
export { type VerdictRule, type VerdictRuleSet, verdictRules } from './proof/verdict-rules.ts';
export type { EventValue, RecordedEvent } from './recorded-event.ts';
export { fillTemplate, type Language, languages, type Template } from './sentence.ts';
export { isStanding, type Standing, standings } from './standing.ts';
export {
  maximumStatementBytes,
  readUnverifiedStatement,
  type Statement,
  type StatementExpectations,
  signStatement,
  verifyStatement,
} from './statement.ts';
export {
  declarationOfStream,
  deviceOfStream,
  type StreamPattern,
  type StreamPlace,
  streamPlaceOf,
  streamSubject,
} from './stream-place.ts';
export { type SourcedData, type StreamTrust, sourcedDataOf } from './stream-trust.ts';
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
export {
  compareTrust,
  isMoreTrusted,
  type TrustChange,
  type TrustDirection,
  type TrustState,
} from './trust-change.ts';
export {
  clearFinding,
  findingLimits,
  isAdverse,
  isFindingCode,
  validateFinding,
} from './validate-finding.ts';
export type { Verdict } from './verdict.ts';
export { type Authority, createVouchingAppraiser } from './vouching/vouching-appraiser.ts';
export { vouchingFindings } from './vouching/vouching-findings.ts';
