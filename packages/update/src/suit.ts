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
export { digestOf, equalDigests, memberDigest, type SuitDigest, type SuitHash } from './suit/digest.ts';
export { type EncodedManifest, encodeManifest } from './suit/encode-manifest.ts';
export { encodeEnvelope, openEnvelope, type SuitEnvelope, suitMediaType } from './suit/envelope.ts';
export type { ConditionName, DirectiveName, SeverableName, SuitSectionName } from './suit/labels.ts';
export { defaultSuitLimits, type SuitLimits } from './suit/limits.ts';
export type { SuitManifest, SuitMember } from './suit/manifest.ts';
export type { SuitParameters, VendorIdentifier } from './suit/parameters.ts';
export type { ComponentText, ManifestText, SuitText, SuitTexts } from './suit/text.ts';
export { type VerifiedSuit, verifyEnvelope } from './suit/verify-envelope.ts';
export type { SuitVersion, VersionMatch } from './suit/version.ts';
