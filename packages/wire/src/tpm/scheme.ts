import { type TpmHash, tpmAlgorithm } from './algorithm.ts';
import { type TpmReader, unknownAlgorithm } from './reader.ts';
import type { TpmWriter } from './writer.ts';

/** TPMT_SYM_DEF_OBJECT (Part 2, 11.1.7). */
export interface SymmetricCipher {
  /** TPM_ALG_ID. */
  readonly algorithm: number;
  readonly bits: number;
  /** TPM_ALG_ID. */
  readonly mode: number;
}

/** TPMT_RSA_SCHEME, TPMT_ECC_SCHEME or TPMT_KDF_SCHEME (Part 2, 11.2). */
export interface AsymmetricScheme {
  /** TPM_ALG_ID. */
  readonly algorithm: number;
  /** Undefined for RSAES alone. */
  readonly hash: TpmHash | undefined;
  /** Of ECDAA alone. */
  readonly count?: number;
}

const { aes, sm4, camellia } = tpmAlgorithm;
const ciphers: ReadonlySet<number> = new Set([aes, sm4, camellia]);
/** The KDFs of SP 800-56A and SP 800-108, MGF1 and KDF2. */
const kdfs: ReadonlySet<number> = new Set([0x0007, 0x0020, 0x0021, 0x0022]);

const schemes: Readonly<Record<'rsa' | 'ecc' | 'kdf', ReadonlySet<number>>> = {
  rsa: new Set([tpmAlgorithm.rsassa, tpmAlgorithm.rsapss, tpmAlgorithm.rsaes, tpmAlgorithm.oaep]),
  ecc: new Set([
    tpmAlgorithm.ecdsa,
    tpmAlgorithm.ecdh,
    tpmAlgorithm.ecdaa,
    tpmAlgorithm.sm2,
    tpmAlgorithm.ecschnorr,
    tpmAlgorithm.ecmqv,
  ]),
  kdf: kdfs,
};

export function readSymmetric(reader: TpmReader): SymmetricCipher | undefined {
  const start = reader.offset;
  const algorithm = reader.uint16();
  if (algorithm === tpmAlgorithm.null) return undefined;
  if (!ciphers.has(algorithm)) throw unknownAlgorithm(algorithm, 'cipher', start);
  return { algorithm, bits: reader.uint16(), mode: reader.uint16() };
}

export function writeSymmetric(writer: TpmWriter, cipher: SymmetricCipher | undefined): void {
  if (cipher === undefined) writer.uint16(tpmAlgorithm.null);
  else writer.uint16(cipher.algorithm).uint16(cipher.bits).uint16(cipher.mode);
}

export function readScheme(reader: TpmReader, of: keyof typeof schemes): AsymmetricScheme | undefined {
  const start = reader.offset;
  const algorithm = reader.uint16();
  if (algorithm === tpmAlgorithm.null) return undefined;
  if (!schemes[of].has(algorithm)) throw unknownAlgorithm(algorithm, `scheme of such a key`, start);
  if (algorithm === tpmAlgorithm.rsaes) return { algorithm, hash: undefined };
  const hash = reader.hash();
  return algorithm === tpmAlgorithm.ecdaa ? { algorithm, hash, count: reader.uint16() } : { algorithm, hash };
}

export function writeScheme(writer: TpmWriter, scheme: AsymmetricScheme | undefined): void {
  writer.uint16(scheme?.algorithm ?? tpmAlgorithm.null);
  if (scheme?.hash !== undefined) writer.uint16(scheme.hash.id);
  if (scheme?.count !== undefined) writer.uint16(scheme.count);
}
