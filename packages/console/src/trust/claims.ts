/** The eight trustworthiness claims in the order of their numbers, 0 to 7 (draft-ietf-rats-ar4si §2.3.5, §3.1). */
export const claimNames = [
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
] as const;

export type ClaimName = (typeof claimNames)[number];
export type TrustVector = Readonly<Record<ClaimName, number>>;
