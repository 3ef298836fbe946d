export {
  type AppraisalContext,
  type AppraisedEvidence,
  appraiseEncodedEvidence,
  appraiseTpmEvidence,
} from './appraise/appraise-evidence.ts';
export type { AttesterState } from './appraise/attester-state.ts';
export { decodeAttesterState, encodeAttesterState } from './appraise/attester-state-encoding.ts';
export { type Aspect, type Conclusion, conclude } from './appraise/conclusion.ts';
export { appraiserName, type FindingsContext, findingsOf } from './appraise/findings-of.ts';
export type { EventState } from './appraise/judge-events.ts';
export type { UnknownFiles } from './appraise/judge-files.ts';
export { heldByOthers, isComparable, type SharedSecrets } from './appraise/shared-secrets.ts';
export {
  type TpmAppraisalContext,
  type TpmMemory,
  tpmAppraiser,
} from './appraise/tpm-appraiser.ts';
export {
  type CheckedEndorsement,
  checkEndorsement,
  type EndorsementConditions,
  type EndorsementProblem,
  type EndorsementWord,
  endorsementCertificate,
  type VendorRoot,
} from './endorsement/endorsement-certificate.ts';
export { makeCredential, type Random } from './endorsement/make-credential.ts';
export { eventTypeName } from './event-log/event-types.ts';
export { type BootEvent, type BootLog, parseBootLog } from './event-log/parse-boot-log.ts';
export { isExtended, replayBank, replayBootLog } from './event-log/replay-boot-log.ts';
export { answeredNonce, nonceConclusion } from './evidence/answered-nonce.ts';
export {
  type ChallengeOptions,
  Challenges,
  type NonceProblem,
  noneUsed,
  type UsedNonces,
} from './evidence/challenges.ts';
export { type EvidenceFiles, packEvidence } from './evidence/pack-evidence.ts';
export {
  decodeTpmEvidence,
  encodeTpmEvidence,
  type ImaPart,
  type TpmEvidence,
  tpmEvidenceMediaType,
} from './evidence/tpm-evidence.ts';
export {
  type ChallengeMessage,
  decodeChallenge,
  encodeChallenge,
  type RuntimePart,
  runtimeParts,
} from './exchange/challenge-message.ts';
export {
  type AttestationSubject,
  attestationMethod,
  attestationPaths,
  attestationSubjects,
  attestationTopic,
  maximumEvidenceBytes,
} from './exchange/exchange.ts';
export {
  decodeKeyActivation,
  decodeKeyConfirmation,
  decodeKeyConfirmed,
  decodeKeyRequest,
  encodeKeyActivation,
  encodeKeyConfirmation,
  encodeKeyConfirmed,
  encodeKeyRequest,
  type KeyActivation,
  type KeyConfirmation,
  type KeyConfirmed,
  type KeyRequest,
} from './exchange/key-messages.ts';
export {
  decodeResult,
  encodeResult,
  type ResultFinding,
  type ResultMessage,
} from './exchange/result-message.ts';
export { explainMismatch, type Mismatch } from './explain-mismatch.ts';
export { attestationFindings } from './findings/attestation-findings.ts';
export type { OctetText } from './hash.ts';
export { imaFromAscii, isAsciiIma } from './ima/ascii.ts';
export { coveredLength } from './ima/covered-length.ts';
export { type ImaEntry, readImaEntry } from './ima/ima-entry.ts';
export { ImaScanner, maximumImaBytes } from './ima/ima-scanner.ts';
export {
  emptyImaState,
  type ImaReplayOptions,
  type ImaRule,
  type ImaState,
  isAltered,
  replayIma,
} from './ima/replay-ima.ts';
export { keyOfArea, keyOfPublicKey, readTpmKey, sameKey, type TpmKey } from './keys/attestation-key.ts';
export { type AttestationKeyProblem, attestationKeyProblem } from './keys/attestation-key-problem.ts';
export { type SignatureProblem, signatureProblem } from './keys/tpm-signature.ts';
export {
  type CertifiedKey,
  type CertifyProblem,
  type CheckedCertify,
  checkCertify,
  staysInside,
} from './quote/check-certify.ts';
export {
  type AttestProblem,
  type CheckedAttest,
  checkAttest,
  checkQuote,
  type QuoteProblem,
  type SignedAttest,
} from './quote/check-quote.ts';
export {
  certifyStatementType,
  decodeCertifyStatement,
  decodeWrapperStatement,
  encodeCertifyStatement,
  encodeWrapperStatement,
  wrapperStatementType,
} from './quote/key-statement.ts';
export { pcrDigest } from './quote/pcr-digest.ts';
export { readPcrFile } from './quote/pcr-file.ts';
export { measurementRegister, usualRegisters } from './quote/usual-registers.ts';
export { decodeCorim } from './reference/corim-decode.ts';
export { encodeCorim, type ReferenceFields } from './reference/corim-encode.ts';
export { type GoldenDevice, learnReference } from './reference/learn-reference.ts';
export { type FileDigest, ReferenceFiles } from './reference/reference-files.ts';
export { isValidAt, type PcrState, type ReferenceImage } from './reference/reference-image.ts';
export { SharedBootLog } from './reference/shared-boot-log.ts';
export { SharedImaLog } from './reference/shared-ima-log.ts';
export { type CorimSignature, isSignedCorim, signCorim, verifyCorim } from './reference/signed-corim.ts';
export { initialValue, type PcrBanks, type PcrValues, Register } from './register.ts';
export { type CheckedReport, checkRuntimeReport, type ReportProblem } from './runtime/check-report.ts';
export { decodeRuntimeReport } from './runtime/decode-report.ts';
export { encodeRuntimeReport } from './runtime/encode-report.ts';
export {
  learnRuntime,
  type ModuleReference,
  type RuntimeReference,
  type SocketReference,
} from './runtime/runtime-reference.ts';
export {
  type EventStream,
  type KernelModule,
  type KernelState,
  type ListeningSocket,
  type Lockdown,
  lockdownLevels,
  type ReportPart,
  type RunningExecutable,
  type RuntimeEvent,
  type RuntimeReport,
  reportLimits,
  reportParts,
  runtimeReportMediaType,
  type SecretFingerprint,
  type SecretKind,
  type SignedReport,
  type SocketProtocol,
  type WeakAccount,
  type Weakness,
} from './runtime/runtime-report.ts';
