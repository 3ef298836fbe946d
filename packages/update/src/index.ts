export * from './ceremony.ts';
export { type ApplyDeltaOptions, applyDelta } from './delta/apply-delta.ts';
export { type CreateDeltaOptions, createDelta, type SizedFile } from './delta/create-delta.ts';
export type { DeltaHeader, Measured } from './delta/header.ts';
export { type DeltaDescription, inspectDelta } from './delta/inspect-delta.ts';
export {
  type DeltaLimits,
  type DeltaWindows,
  defaultDeltaLimits,
  defaultDeltaWindows,
} from './delta/limits.ts';
export { measure, type Positioned, piecesOf, positionedFile } from './delta/positioned.ts';
export {
  compareMcubootVersions,
  decodeMcubootImage,
  isMcubootImage,
  type McubootDependency,
  type McubootFlag,
  type McubootImage,
  type McubootVersion,
  showMcubootVersion,
} from './mcuboot/image.ts';
export type { McubootTlv, TlvName } from './mcuboot/tlv.ts';
export { type McubootTrust, type VerifiedMcubootImage, verifyMcubootImage } from './mcuboot/verify-image.ts';
export * from './rollout.ts';
export * from './suit.ts';
export * from './transparency.ts';
export {
  type FoundTarget,
  type TrustedVersions,
  TufClient,
  type TufClientOptions,
} from './tuf/client/client.ts';
export type { DownloadedTarget, DownloadOptions } from './tuf/client/download.ts';
export { initialiseTufClient, replaceTufRoot } from './tuf/client/initialise.ts';
export { type FetchedFile, type FetchFile, type Retrieval, retrieve } from './tuf/client/retrieve.ts';
export { targetUrlPath } from './tuf/client/target-path.ts';
export { type Delegation, TrustedMetadata } from './tuf/client/trusted-metadata.ts';
export { defaultTufLimits, type TufLimits } from './tuf/limits.ts';
export { canonicalMetadata } from './tuf/metadata/canonical-json.ts';
export { binFor, binName, type Delegate, delegatesFor } from './tuf/metadata/delegates-for.ts';
export type { Fields } from './tuf/metadata/fields.ts';
export type { MetadataFormat } from './tuf/metadata/format.ts';
export { isHolderName, type KeyObject, keyIdOf, keyObjectOf } from './tuf/metadata/key.ts';
export type {
  CommonMetadata,
  DelegatedRole,
  Delegations,
  Hashes,
  Metadata,
  MetadataSignature,
  MetadataType,
  MetaFile,
  RoleKeys,
  RootMetadata,
  Signed,
  SnapshotMetadata,
  SuccinctRoles,
  TargetFile,
  TargetsMetadata,
  TimestampMetadata,
  TopLevelRole,
  TufKey,
  TufKeys,
} from './tuf/metadata/model.ts';
export { parseMetadata } from './tuf/metadata/parse-metadata.ts';
export { matchesPath } from './tuf/metadata/path-pattern.ts';
export { verifyThreshold } from './tuf/metadata/verify-threshold.ts';
export type {
  Description,
  Holders,
  NewBins,
  NewDelegation,
  NewTarget,
  PublicKey,
} from './tuf/repository/drafts.ts';
export {
  type MetadataFile,
  readMetadataFile,
  signMetadata,
  writeMetadataFile,
} from './tuf/repository/metadata-file.ts';
export type { PublishedVersions, PublishOptions } from './tuf/repository/publication.ts';
export {
  defaultLifetimes,
  type Lifetimes,
  type StagedFile,
  TufRepository,
  type TufRepositoryOptions,
} from './tuf/repository/repository.ts';
export {
  type VerifiedFile,
  type VerifyFileOptions,
  verifyMetadataFile,
} from './tuf/repository/verify-file.ts';
export {
  type VerifiedRepository,
  type VerifyRepositoryOptions,
  verifyRepository,
  verifyTargets,
} from './tuf/repository/verify-repository.ts';
export * from './uptane.ts';
