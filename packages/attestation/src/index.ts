export {
  type CheckedEndorsement,
  checkEndorsement,
  type EndorsementConditions,
  type EndorsementProblem,
  endorsementCertificate,
  type VendorRoot,
} from './endorsement/endorsement-certificate.ts';
export { makeCredential, type Random } from './endorsement/make-credential.ts';
export { eventTypeName } from './event-log/event-types.ts';
export { type BootEvent, type BootLog, parseBootLog } from './event-log/parse-boot-log.ts';
export { isExtended, replayBank, replayBootLog } from './event-log/replay-boot-log.ts';
export { explainMismatch, type Mismatch } from './explain-mismatch.ts';
export type { OctetText } from './hash.ts';
export { imaFromAscii, isAsciiIma } from './ima/ascii.ts';
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
export { pcrDigest } from './quote/pcr-digest.ts';
export { readPcrFile } from './quote/pcr-file.ts';
export { initialValue, type PcrBanks, type PcrValues, Register } from './register.ts';
