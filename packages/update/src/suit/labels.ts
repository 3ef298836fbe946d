/**
 * The integers that stand for names in manifests. Sources: draft-ietf-suit-manifest-33 §11,
 * draft-ietf-suit-trust-domains, draft-ietf-suit-update-management and draft-ietf-suit-firmware-encryption.
 */
export const envelopeTag = 107;
export const manifestTag = 1070;
/** A Private Enterprise Number as a relative object identifier (RFC 9090). */
export const privateEnterpriseNumberTag = 112;

export const envelopeLabels = { authentication: 2, manifest: 3 } as const;

export const manifestLabels = {
  version: 1,
  sequenceNumber: 2,
  common: 3,
  referenceUri: 4,
  componentIdentifier: 5,
  currentVersion: 6,
} as const;

/** The command sequences of a manifest, in the order in which the two procedures come to them. */
export const sectionLabels = {
  dependencyResolution: 15,
  payloadFetch: 16,
  candidateVerification: 18,
  install: 20,
  validate: 7,
  load: 8,
  invoke: 9,
  uninstall: 24,
} as const;

export type SuitSectionName = keyof typeof sectionLabels;

/** Members that may stand in the envelope with nothing but their digest in the manifest. */
export const severableLabels = {
  dependencyResolution: 15,
  payloadFetch: 16,
  candidateVerification: 18,
  install: 20,
  coswid: 14,
  text: 23,
} as const;

export type SeverableName = keyof typeof severableLabels;

export const commonLabels = { dependencies: 1, components: 2, sharedSequence: 4 } as const;
export const dependencyPrefixLabel = 1;

/** Tests without effects, each followed by its reporting policy. */
export const conditionLabels = {
  'vendor-identifier': 1,
  'class-identifier': 2,
  'image-match': 3,
  'use-before': 4,
  'component-slot': 5,
  'check-content': 6,
  'dependency-integrity': 7,
  'is-dependency': 8,
  abort: 14,
  'device-identifier': 24,
  'image-not-match': 25,
  'minimum-battery': 26,
  'update-authorized': 27,
  version: 28,
} as const;

/** Actions, each followed by its reporting policy. */
export const directiveLabels = {
  'process-dependency': 11,
  write: 18,
  fetch: 21,
  copy: 22,
  invoke: 23,
  wait: 29,
  swap: 31,
  unlink: 33,
} as const;

/** Commands that steer the others, each followed by an argument of its own. */
export const flowLabels = {
  'set-component-index': 12,
  'try-each': 15,
  'set-parameters': 19,
  'override-parameters': 20,
  'run-sequence': 32,
  'override-multiple': 34,
  'copy-parameters': 35,
} as const;

export type ConditionName = keyof typeof conditionLabels;
export type DirectiveName = keyof typeof directiveLabels;

export const parameterLabels = {
  vendorIdentifier: 1,
  classIdentifier: 2,
  imageDigest: 3,
  useBefore: 4,
  componentSlot: 5,
  strictOrder: 12,
  softFailure: 13,
  imageSize: 14,
  content: 18,
  encryptionInfo: 19,
  uri: 21,
  sourceComponent: 22,
  invokeArguments: 23,
  deviceIdentifier: 24,
  fetchArguments: 25,
  minimumBattery: 26,
  updatePriority: 27,
  version: 28,
  waitInfo: 29,
  componentMetadata: 30,
} as const;

/** What is said of a component’s file (draft-ietf-suit-update-management). */
export const componentMetadataLabels = {
  defaultPermissions: 1,
  userPermissions: 2,
  groupPermissions: 3,
  rolePermissions: 4,
  fileType: 5,
  modificationTime: 6,
  creationTime: 7,
  creator: 8,
} as const;

export const textLabels = {
  manifestDescription: 1,
  updateDescription: 2,
  manifestJsonSource: 3,
  manifestYamlSource: 4,
} as const;

export const componentTextLabels = {
  vendorName: 1,
  modelName: 2,
  vendorDomain: 3,
  modelInfo: 4,
  componentDescription: 5,
  componentVersion: 6,
  versionRequired: 7,
  currentVersion: 8,
} as const;

/** The name of a label in a table, or undefined. */
export function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  label: unknown,
): Name | undefined {
  for (const name in table) if (table[name] === label) return name;
  return undefined;
}

/** From here down a label is a manufacturer's own (draft-ietf-suit-manifest-33 §11). */
export const isCustomLabel = (label: number): boolean => label < -256;
