/** The hash functions that the signature algorithms name, as WebCrypto spells them. */
export type HashName = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** One signature algorithm and what each family of standards calls it. */
export interface Algorithm {
  readonly kind: 'ecdsa' | 'eddsa' | 'rsa' | 'ml-dsa';
  /** IANA "COSE Algorithms". */
  readonly cose: number;
  /** The fully specified COSE identifier of the same algorithm (RFC 9864 §2), if there is one. */
  readonly coseFullySpecified?: number;
  /** IANA "JSON Web Signature and Encryption Algorithms". */
  readonly jose: string;
  /** The fully specified JOSE name of the same algorithm (RFC 9864 §2.2), if there is one. */
  readonly joseFullySpecified?: string;
  /** The object identifier of the signature algorithm in X.509 structures, dotted. */
  readonly x509: string;
  /** The DER AlgorithmIdentifier, in hexadecimal, of a SubjectPublicKeyInfo that holds a key for it. */
  readonly publicKeyAlgorithm: string;
  /** TPM_ALG_ID of the signing scheme (TCG Algorithm Registry). */
  readonly tpm: number;
  /** The hash over the message; absent where the algorithm takes the message itself. */
  readonly hash?: HashName;
  /** The length of each of r and s in octets, for ECDSA. */
  readonly coordinateBytes?: number;
  /** The length of a raw signature in octets, where it does not depend on the key. */
  readonly signatureBytes?: number;
}

const p256 = '301306072a8648ce3d020106082a8648ce3d030107';
const p384 = '301006072a8648ce3d020106052b81040022';
const p521 = '301006072a8648ce3d020106052b81040023';
const ed25519 = '300506032b6570';
const rsa = '300d06092a864886f70d0101010500';
const rsassaPss = '1.2.840.113549.1.1.10';

/**
 * Every signature algorithm that Kiten knows, by the name JOSE gives it. Sources: RFC 9053 §2, RFC 8812 §2,
 * RFC 9864 and RFC 9964 (COSE, JOSE), RFC 5758, RFC 8410, RFC 4055 and RFC 9881 (X.509), TCG Algorithm Registry.
 *
 * Each ECDSA entry is bound to one curve and EdDSA to Ed25519: a signature under another pairing (ECDSA on
 * P-384 with SHA-256, Ed448) has no entry. The three RSASSA-PSS entries share one X.509 identifier, whose hash
 * stands in its parameters.
 */
export const algorithms = {
  ES256: {
    ...{ kind: 'ecdsa', cose: -7, coseFullySpecified: -9, jose: 'ES256', x509: '1.2.840.10045.4.3.2' },
    ...{ publicKeyAlgorithm: p256, tpm: 0x0018, hash: 'SHA-256', coordinateBytes: 32, signatureBytes: 64 },
  },
  ES384: {
    ...{ kind: 'ecdsa', cose: -35, coseFullySpecified: -51, jose: 'ES384', x509: '1.2.840.10045.4.3.3' },
    ...{ publicKeyAlgorithm: p384, tpm: 0x0018, hash: 'SHA-384', coordinateBytes: 48, signatureBytes: 96 },
  },
  ES512: {
    ...{ kind: 'ecdsa', cose: -36, coseFullySpecified: -52, jose: 'ES512', x509: '1.2.840.10045.4.3.4' },
    ...{ publicKeyAlgorithm: p521, tpm: 0x0018, hash: 'SHA-512', coordinateBytes: 66, signatureBytes: 132 },
  },
  EdDSA: {
    ...{ kind: 'eddsa', cose: -8, coseFullySpecified: -19, jose: 'EdDSA', joseFullySpecified: 'Ed25519' },
    ...{ x509: '1.3.101.112', publicKeyAlgorithm: ed25519, tpm: 0x0060, signatureBytes: 64 },
  },
  RS256: {
    ...{ kind: 'rsa', cose: -257, jose: 'RS256', x509: '1.2.840.113549.1.1.11' },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0014, hash: 'SHA-256' },
  },
  RS384: {
    ...{ kind: 'rsa', cose: -258, jose: 'RS384', x509: '1.2.840.113549.1.1.12' },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0014, hash: 'SHA-384' },
  },
  RS512: {
    ...{ kind: 'rsa', cose: -259, jose: 'RS512', x509: '1.2.840.113549.1.1.13' },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0014, hash: 'SHA-512' },
  },
  PS256: {
    ...{ kind: 'rsa', cose: -37, jose: 'PS256', x509: rsassaPss },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0016, hash: 'SHA-256' },
  },
  PS384: {
    ...{ kind: 'rsa', cose: -38, jose: 'PS384', x509: rsassaPss },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0016, hash: 'SHA-384' },
  },
  PS512: {
    ...{ kind: 'rsa', cose: -39, jose: 'PS512', x509: rsassaPss },
    ...{ publicKeyAlgorithm: rsa, tpm: 0x0016, hash: 'SHA-512' },
  },
  'ML-DSA-44': {
    ...{ kind: 'ml-dsa', cose: -48, jose: 'ML-DSA-44', x509: '2.16.840.1.101.3.4.3.17' },
    ...{ publicKeyAlgorithm: '300b0609608648016503040311', tpm: 0x00a1, signatureBytes: 2420 },
  },
  'ML-DSA-65': {
    ...{ kind: 'ml-dsa', cose: -49, jose: 'ML-DSA-65', x509: '2.16.840.1.101.3.4.3.18' },
    ...{ publicKeyAlgorithm: '300b0609608648016503040312', tpm: 0x00a1, signatureBytes: 3309 },
  },
  'ML-DSA-87': {
    ...{ kind: 'ml-dsa', cose: -50, jose: 'ML-DSA-87', x509: '2.16.840.1.101.3.4.3.19' },
    ...{ publicKeyAlgorithm: '300b0609608648016503040313', tpm: 0x00a1, signatureBytes: 4627 },
  },
} as const satisfies Record<string, Algorithm>;

/** The name of a known signature algorithm. */
export type AlgorithmName = keyof typeof algorithms;

/** TPM_ALG_ID of the hash functions (TCG Algorithm Registry; TPM 2.0 Library, Part 2, 6.3). */
export const tpmHashes: Readonly<Record<HashName, number>> = {
  'SHA-256': 0x000b,
  'SHA-384': 0x000c,
  'SHA-512': 0x000d,
};

const byCose = new Map<number, AlgorithmName>();
const byJose = new Map<string, AlgorithmName>();
const byX509 = new Map<string, AlgorithmName>();
for (const [name, algorithm] of Object.entries(algorithms) as [AlgorithmName, Algorithm][]) {
  byCose.set(algorithm.cose, name);
  if (algorithm.coseFullySpecified !== undefined) byCose.set(algorithm.coseFullySpecified, name);
  byJose.set(algorithm.jose, name);
  if (algorithm.joseFullySpecified !== undefined) byJose.set(algorithm.joseFullySpecified, name);
  if (algorithm.x509 !== rsassaPss) byX509.set(algorithm.x509, name);
}

/** The entry of the table for `name`, with its optional members typed. */
export const algorithmOf = (name: AlgorithmName): Algorithm => algorithms[name];

/** The algorithm of a COSE identifier, or undefined when it is not a known signature algorithm. */
export const coseToAlgorithm = (identifier: unknown): AlgorithmName | undefined =>
  byCose.get(identifier as number);

/** The algorithm of a JOSE `alg` value (case-sensitive), or undefined; `none` and MACs are not in the table. */
export const joseToAlgorithm = (alg: unknown): AlgorithmName | undefined => byJose.get(alg as string);

/**
 * The algorithm of a dotted X.509 signature identifier, or undefined. RSASSA-PSS is undefined here too: which
 * of the three it is stands in its parameters.
 */
export const x509OidToAlgorithm = (oid: string): AlgorithmName | undefined => byX509.get(oid);

/** The algorithm of a TPM signing scheme and hash; EdDSA takes no hash. ML-DSA's parameter set is the key's. */
export function tpmToAlgorithm(scheme: number, hash?: number): AlgorithmName | undefined {
  for (const [name, algorithm] of Object.entries(algorithms) as [AlgorithmName, Algorithm][]) {
    if (algorithm.kind === 'ml-dsa' || algorithm.tpm !== scheme) continue;
    if ((algorithm.hash === undefined ? undefined : tpmHashes[algorithm.hash]) === hash) return name;
  }
  return undefined;
}

export { ecdsaDerToRaw, ecdsaRawToDer } from './ecdsa.ts';
export type { Sha256, Signer, Verify } from './signer.ts';
