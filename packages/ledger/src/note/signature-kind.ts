import {
  type AlgorithmName,
  algorithmOf,
  concatBytes,
  derTag,
  encodeUtf8,
  equalBytes,
  fromHex,
  writeDer,
} from '@kiten/codec';
import { sha256 } from '../tree/hashing.ts';

interface SignatureType {
  /** The identifier byte (C2SP signed-note, "Signature types"; ML-DSA-44 by tlog-cosignature). */
  readonly type: number;
  readonly algorithm: AlgorithmName;
  /** Bytes of the public key as the specifications encode it: without what SPKI puts around it. */
  readonly keyBytes: number;
}

const types = {
  ed25519: { type: 0x01, algorithm: 'EdDSA', keyBytes: 32 },
  'ed25519-cosignature': { type: 0x04, algorithm: 'EdDSA', keyBytes: 32 },
  'ml-dsa-44-cosignature': { type: 0x06, algorithm: 'ML-DSA-44', keyBytes: 1312 },
} as const satisfies Record<string, SignatureType>;

/** What a key of a note signs, and how: the text itself, or a cosignature with a time in it. */
export type SignatureKind = keyof typeof types;

export const signatureKinds = Object.keys(types) as readonly SignatureKind[];

export const signatureType = (kind: SignatureKind): SignatureType => types[kind];

/** The DER SubjectPublicKeyInfo around a public key of `kind`. */
export function publicKeyOf(kind: SignatureKind, key: Uint8Array): Uint8Array {
  return writeDer((writer) => {
    const info = writer.begin(derTag.sequence);
    writer.raw(fromHex(algorithmOf(types[kind].algorithm).publicKeyAlgorithm));
    writer.wholeOctets(key);
    writer.end(info);
  });
}

/** The public key within a DER SubjectPublicKeyInfo, or nothing if it isn't one for `kind`. */
export function rawKeyOf(kind: SignatureKind, publicKey: Uint8Array): Uint8Array | undefined {
  const key = publicKey.subarray(-types[kind].keyBytes);
  return equalBytes(publicKeyOf(kind, key), publicKey) ? key : undefined;
}

/** The key id: SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4] (C2SP signed-note, "Signatures"). */
export function keyIdOf(name: string, kind: SignatureKind, key: Uint8Array): Uint8Array {
  const { type } = types[kind];
  return sha256(concatBytes(encodeUtf8(name), Uint8Array.of(0x0a, type), key)).subarray(0, keyIdBytes);
}

/** Bytes of a key id. */
export const keyIdBytes = 4;
