export { type AppraisedSite, createIdentityAppraiser } from './appraiser.ts';
export {
  type Authority,
  type AuthorityOptions,
  createAuthority,
  type IssuedCertificate,
} from './authority/authority.ts';
export { createIssuingAuthority, createRoot } from './authority/create-authority-certificates.ts';
export type { DeviceCertificateRequest } from './authority/device-certificate.ts';
export { type Expirable, type ExpiryWarning, expiring } from './authority/expiry.ts';
export {
  issueRevocationList,
  issuerId,
  type RevocationList,
  type RevocationRecord,
  type RevocationStore,
} from './authority/revocation.ts';
export { createRootSuccession, type RootSuccession } from './authority/root-succession.ts';
export type { ServerCertificateRequest } from './authority/server-certificate.ts';
export { defaultLifetimes } from './authority/validity.ts';
export { fingerprint, publicKeyDigest, sha256, sha256Hex } from './digest.ts';
export { enrolmentEvidence, enrolmentMediaType } from './enrolment-evidence.ts';
export { type BasicCredentials, parseBasicCredentials } from './est/basic-credentials.ts';
export type { EnrolmentQuestion } from './est/enrol.ts';
export { createEst, type Est, type EstOptions, type EstRefusal } from './est/est.ts';
export type { KeyAttestation, KeyJudgement, KeyQuestion } from './est/key-attestation.ts';
export { defaultEstLimits, type EstLimits } from './est/limits.ts';
export type { ManufacturerRoot } from './est/manufacturer.ts';
export type { EstRequest, EstResponse } from './est/message.ts';
export { identityFindings } from './findings.ts';
export { checkDeviceKey } from './keys/device-key.ts';
export { loadReleaseSigner, loadSecretLine, loadSigner, storeSigner } from './keys/key-file.ts';
export {
  exportPrivateKey,
  generateReleaseSigner,
  generateSigner,
  type OwnAlgorithm,
  type ReleaseAlgorithm,
  releaseSignerOf,
  signerOf,
} from './keys/signer.ts';
export { createVerify, nodeVerify } from './keys/verify.ts';
export { generatePassword, type PasswordOrigin, passwordBytes } from './passwords/password.ts';
export { createPasswordAppraiser, passwordFindingCodes } from './passwords/password-appraiser.ts';
export { passwordEvidence, passwordMediaType } from './passwords/password-evidence.ts';
export {
  hashPassword,
  type PasswordScheme,
  passwordScheme,
  saltBytes as passwordSaltBytes,
  verifyPassword,
} from './passwords/password-hash.ts';
export type { Random } from './random.ts';
export { addressKey, createRateLimiter, type RateLimit, type RateLimiter } from './rate-limit.ts';
export type {
  CertificateRecord,
  CertificateStanding,
  DeviceRecord,
  DeviceRegister,
  Enrolment,
  EnrolmentMethod,
  IdevidAdmission,
  IdevidIdentity,
} from './register/device-register.ts';
export {
  type EnrolmentAttempt,
  type EnrolmentState,
  enrolmentRefusal,
} from './register/enrolment-refusal.ts';
export { attemptOf, createMemoryRegister, type MemoryRegister } from './register/memory-register.ts';
export {
  deviceOfSpiffeId,
  deviceSpiffeId,
  parseCertifiableId,
  parseTrustDomain,
  siteSpiffeId,
  type TrustDomain,
} from './spiffe-id.ts';
export { generateToken, hashToken, isToken, type TokenRecord, tokenRefusal } from './tokens/token.ts';
export { createToken, type IssuedToken, type TokenRequest, type TokenStore } from './tokens/token-store.ts';
