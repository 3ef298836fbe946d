export { orderOfBundle, type PlannedImage } from './uptane/bundle.ts';
export { type Assignment, checkAssignments } from './uptane/director/assignment.ts';
export { Director, type DirectorOptions } from './uptane/director/director.ts';
export {
  type DirectorFile,
  type DirectorMetadata,
  filesOfDirector,
} from './uptane/director/director-metadata.ts';
export type { OnlineRoleName } from './uptane/director/online-role.ts';
export { type Ecu, ecuKey, type Vehicle, vehicleOf } from './uptane/ecu.ts';
export {
  decodeEntry,
  encodeEntry,
  type GroupEntry,
  type GroupJournal,
} from './uptane/group/group-journal.ts';
export {
  type EcuInstaller,
  type GroupOutcome,
  UpdateGroup,
  type UpdateGroupOptions,
} from './uptane/group/update-group.ts';
export { type ImageRange, type ImageRules, isWithin, parseImageRules } from './uptane/image-rules.ts';
export { type EcuReport, type InstalledImage, parseReport } from './uptane/manifest/ecu-report.ts';
export { type ReportMemory, rememberReport } from './uptane/manifest/report-memory.ts';
export { signReport, signVehicleManifest } from './uptane/manifest/sign-manifest.ts';
export {
  defaultManifestLimits,
  type ManifestLimits,
  parseVehicleManifest,
  type SignedReport,
  type VehicleManifest,
} from './uptane/manifest/vehicle-manifest.ts';
export {
  type VerifiedManifest,
  type VerifyManifestOptions,
  verifyVehicleManifest,
} from './uptane/manifest/verify-manifest.ts';
export { formatOf, type UptaneProfile } from './uptane/profile.ts';
export type { SignedPayload } from './uptane/signed-payload.ts';
export { attestedClock, signTime, verifyTime } from './uptane/signed-time.ts';
export { checkAddressee, type DirectedImage, directedImages } from './uptane/vehicle/directed-images.ts';
export { checkForEcu, type EcuState } from './uptane/vehicle/ecu-rules.ts';
export { matchImage } from './uptane/vehicle/match-image.ts';
export {
  UptaneClient,
  type UptaneClientOptions,
  type UptaneRepository,
  type VerifiedImage,
  type VerifiedUpdate,
} from './uptane/vehicle/uptane-client.ts';
export {
  type PartiallyVerified,
  type PartialVerification,
  verifyPartially,
} from './uptane/vehicle/verify-partially.ts';
