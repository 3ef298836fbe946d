/** TPM_ALG_ID (TCG Algorithm Registry; TPM 2.0 Library, Part 2, 6.3): those that attestation meets. */
export const tpmAlgorithm = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  null: 0x0010,
  sm3: 0x0012,
  sm4: 0x0013,
  rsassa: 0x0014,
  rsaes: 0x0015,
  rsapss: 0x0016,
  oaep: 0x0017,
  ecdsa: 0x0018,
  ecdh: 0x0019,
  ecdaa: 0x001a,
  sm2: 0x001b,
  ecschnorr: 0x001c,
  ecmqv: 0x001d,
  ecc: 0x0023,
  camellia: 0x0026,
  sha3With256: 0x0027,
  sha3With384: 0x0028,
  sha3With512: 0x0029,
  cfb: 0x0043,
} as const;

/** A hash function of the TPM. */
export interface TpmHash {
  /** TPM_ALG_ID. */
  readonly id: number;
  /** As tpm2-tools and the kernel name it. */
  readonly name: string;
  /** Octets of a digest. */
  readonly bytes: number;
}

/** Every hash function that the registry has for PCR banks, names and signatures. */
export const tpmHashFunctions: readonly TpmHash[] = [
  { id: tpmAlgorithm.sha1, name: 'sha1', bytes: 20 },
  { id: tpmAlgorithm.sha256, name: 'sha256', bytes: 32 },
  { id: tpmAlgorithm.sha384, name: 'sha384', bytes: 48 },
  { id: tpmAlgorithm.sha512, name: 'sha512', bytes: 64 },
  { id: tpmAlgorithm.sm3, name: 'sm3_256', bytes: 32 },
  { id: tpmAlgorithm.sha3With256, name: 'sha3_256', bytes: 32 },
  { id: tpmAlgorithm.sha3With384, name: 'sha3_384', bytes: 48 },
  { id: tpmAlgorithm.sha3With512, name: 'sha3_512', bytes: 64 },
];

const hashes = new Map(tpmHashFunctions.map((hash) => [hash.id, hash]));

/** The hash function of a TPM_ALG_ID, or undefined if it is none. */
export const tpmHashOf = (id: number): TpmHash | undefined => hashes.get(id);

/** TPM_ECC_CURVE (Part 2, 6.4): identifier to name and octets of a coordinate. */
export const tpmCurves: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  1: { name: 'P-192', bytes: 24 },
  2: { name: 'P-224', bytes: 28 },
  3: { name: 'P-256', bytes: 32 },
  4: { name: 'P-384', bytes: 48 },
  5: { name: 'P-521', bytes: 66 },
  16: { name: 'BN-256', bytes: 32 },
  17: { name: 'BN-638', bytes: 80 },
  32: { name: 'SM2-P256', bytes: 32 },
};
