// Everything about SUIT manifests that leaves this package, by name.
export {
  authenticateEnvelope,
  authenticateWithSecret,
  type SharedKey,
  type SuitAuthentication,
  type SuitTrust,
  signEnvelope,
  type TrustedSigner,
} from './suit/authenticate.ts';
export { type BuildEnvelopeOptions, buildEnvelope, sever } from './suit/build-envelope.ts';
export type { ComponentIndex, SuitCommand, SuitSequence } from './suit/command.ts';
export type { SuitCommon, SuitDependency } from './suit/common.ts';
export { type ComponentIdentifier, componentKey, componentName } from './suit/component.ts';
export { decodeManifest, type SeveredMembers } from './suit/decode-manifest.ts';
export { describeManifest, integratedUri, type MeasuredImage } from './suit/describe/describe-manifest.ts';
export {
  type DescribedComponent,
  type DescribedEncryption,
  parseComponent,
  readDescription,
  type SuitDescription,
} from './suit/describe/description.ts';
export { classIdentifierOf, parseUuid, showUuid, vendorIdentifierOf } from './suit/describe/identifiers.ts';
export { digestOf, equalDigests, memberDigest, type SuitDigest, type SuitHash } from './suit/digest.ts';
export { type EncodedManifest, encodeManifest } from './suit/encode-manifest.ts';
export type { RecipientKeys } from './suit/encryption/content-key.ts';
export { decryptPayload, type Pieces } from './suit/encryption/decrypt-payload.ts';
export {
  type EncryptPayloadOptions,
  encryptPayload,
  type PayloadRecipient,
} from './suit/encryption/encrypt-payload.ts';
export { type EncryptionInfo, readEncryptionInfo } from './suit/encryption/encryption-info.ts';
export { encodeEnvelope, openEnvelope, type SuitEnvelope, suitMediaType } from './suit/envelope.ts';
export type { ConditionName, DirectiveName, SeverableName, SuitSectionName } from './suit/labels.ts';
export { defaultSuitLimits, type SuitLimits } from './suit/limits.ts';
export type { SuitManifest, SuitMember } from './suit/manifest.ts';
export type { SuitParameters, VendorIdentifier } from './suit/parameters.ts';
export { type ComponentFile, openDirectoryStorage } from './suit/processor/directory-storage.ts';
export type {
  ComponentIdentity,
  ComponentUse,
  InstalledManifest,
  SuitDevice,
  SuitStorage,
  SuitTransaction,
} from './suit/processor/ports.ts';
export type { SuitRecord } from './suit/processor/procedure.ts';
export {
  type ProcessSuitOptions,
  processInvocation,
  processUpdate,
  type SuitOutcome,
} from './suit/processor/process.ts';
export type { ComponentText, ManifestText, SuitText, SuitTexts } from './suit/text.ts';
export { type VerifiedSuit, verifyEnvelope } from './suit/verify-envelope.ts';
export type { SuitVersion, VersionMatch } from './suit/version.ts';
