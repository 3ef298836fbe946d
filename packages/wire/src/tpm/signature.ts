import { type TpmHash, tpmAlgorithm } from './algorithm.ts';
import { readTpm, type TpmReader, unknownAlgorithm } from './reader.ts';
import { TpmWriter } from './writer.ts';

/** TPMT_SIGNATURE (Part 2, 11.3.4) by an asymmetric key. */
export type TpmSignature =
  | { readonly scheme: 'rsassa' | 'rsapss'; readonly hash: TpmHash; readonly signature: Uint8Array }
  /** Highest octets first; leading zeros may be there or not. */
  | { readonly scheme: 'ecdsa'; readonly hash: TpmHash; readonly r: Uint8Array; readonly s: Uint8Array };

const maximumRsaBytes = 512;
const maximumCoordinateBytes = 80;

/** Decodes a TPMT_SIGNATURE that fills the bytes. @throws KitenError `wire/tpm-…` */
export const decodeTpmSignature = (bytes: Uint8Array): TpmSignature => readTpm(bytes, readTpmSignature);

export function readTpmSignature(reader: TpmReader): TpmSignature {
  const start = reader.offset;
  const algorithm = reader.uint16();
  switch (algorithm) {
    case tpmAlgorithm.rsassa:
    case tpmAlgorithm.rsapss: {
      const scheme = algorithm === tpmAlgorithm.rsassa ? 'rsassa' : 'rsapss';
      const hash = reader.hash();
      return { scheme, hash, signature: reader.sized(maximumRsaBytes) };
    }
    case tpmAlgorithm.ecdsa: {
      const hash = reader.hash();
      const r = reader.sized(maximumCoordinateBytes);
      return { scheme: 'ecdsa', hash, r, s: reader.sized(maximumCoordinateBytes) };
    }
    default:
      throw unknownAlgorithm(algorithm, 'signature', start);
  }
}

/** @throws KitenError `wire/tpm-…` for what decoding would refuse */
export function encodeTpmSignature(signature: TpmSignature): Uint8Array {
  const writer = new TpmWriter();
  writer.uint16(tpmAlgorithm[signature.scheme]).uint16(signature.hash.id);
  if (signature.scheme === 'ecdsa') {
    writer.sized(signature.r, maximumCoordinateBytes).sized(signature.s, maximumCoordinateBytes);
  } else {
    writer.sized(signature.signature, maximumRsaBytes);
  }
  return writer.result();
}
