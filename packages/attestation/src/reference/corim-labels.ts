/** Labels and tags of draft-ietf-rats-corim-11: those that reference values of TPMs need. */
export const corim = {
  /** CBOR tag of a CoRIM map (4.1), and what older drafts wrapped it in. */
  tag: 501,
  outerTag: 500,
  signedTag: 502,
  contentType: 'application/rim+cbor',
  /** The name of the type up to draft 04. */
  oldContentType: 'application/corim-unsigned+cbor',
  id: 0,
  tags: 1,
  profile: 3,
  validity: 4,
} as const;

/** CoMID (5.1). */
export const comid = { tag: 506, identity: 1, entities: 2, triples: 4, referenceTriples: 0 } as const;

/** environment-map and class-map (5.1.4.1, 5.1.4.2). */
export const environment = { class: 0, vendor: 1, model: 2 } as const;

/** measurement-map and measurement-values-map (5.1.4.5). */
export const measurement = {
  key: 0,
  values: 1,
  digests: 2,
  rawValue: 4,
  integrityRegisters: 14,
} as const;

/** tagged-bytes (7.8). */
export const bytesTag = 560;

/** Measured elements of ours that are no files: file names begin with a slash or are `boot_aggregate`. */
export const logKeys = { boot: 'boot-log', ima: 'ima-log', runtime: 'runtime-report' } as const;

/** IANA Named Information Hash Algorithm Registry, which digests refer to (7.7): number to the kernel's name. */
export const namedHashes: Readonly<Record<number, string>> = {
  1: 'sha256',
  7: 'sha384',
  8: 'sha512',
  10: 'sha3_256',
  11: 'sha3_384',
  12: 'sha3_512',
};
