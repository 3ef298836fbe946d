import { type AlgorithmName, algorithmOf, ecdsaDerToRaw, ecdsaRawToDer } from '../algorithms.ts';
import { derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import type { Signer, Verify } from '../signer.ts';
import { signatureAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type Curve, type PublicKeyAlgorithm, publicKeyAlgorithm } from './public-key-algorithm.ts';

/** What certificates, requests and revocation lists have in common: signed octets and a signature over them. */
export interface SignedStructure {
  readonly signatureAlgorithm: AlgorithmName | undefined;
  /** As in the BIT STRING: for ECDSA the DER ECDSA-Sig-Value (RFC 5480 §A). */
  readonly signature: Uint8Array;
}

/**
 * Whether the signature over `signed` holds under the key. False too when the algorithm is unknown, does not go
 * with the kind of key, or the signature is malformed.
 *
 * An ECDSA identifier in X.509 names the hash, and the curve is the key's (RFC 5758 §3.2): SHA-256 under a key on
 * P-384 comes to `verify` as ES256 with that key, and r and s of 48 octets each.
 *
 * @param publicKey DER SubjectPublicKeyInfo.
 * @throws KitenError as {@link publicKeyAlgorithm} for a malformed or weak key.
 */
export function signatureHolds(
  signed: Uint8Array,
  { signatureAlgorithm, signature }: SignedStructure,
  publicKey: Uint8Array,
  verify: Verify,
): boolean {
  const key = publicKeyAlgorithm(publicKey);
  if (signatureAlgorithm === undefined || !signsWith(key, signatureAlgorithm)) return false;
  // Cryptographic libraries may pad a shorter one, which would be a second signature for the same (RFC 8017 §8.1.2).
  if (key.kind === 'rsa' && signature.length !== Math.ceil(key.bits / 8)) return false;
  const raw = key.kind === 'ec' ? rawSignature(signature, coordinateBytes[key.curve]) : signature;
  return raw !== undefined && verify(signatureAlgorithm, publicKey, signed, raw);
}

const coordinateBytes: Readonly<Record<Curve, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 };

function signsWith(key: PublicKeyAlgorithm, name: AlgorithmName): boolean {
  switch (key.kind) {
    case 'ec':
      return algorithmOf(name).kind === 'ecdsa';
    case 'ed25519':
      return name === 'EdDSA';
    case 'ml-dsa':
      return key.name === name;
    case 'rsa':
      if (algorithmOf(name).kind !== 'rsa') return false;
      return (
        key.padding === undefined || (name.startsWith('PS') && (key.only === undefined || key.only === name))
      );
    default:
      return false;
  }
}

function rawSignature(signature: Uint8Array, length: number): Uint8Array | undefined {
  try {
    return ecdsaDerToRaw(signature, length);
  } catch (error) {
    // No ECDSA signature at all is one of the ways in which a signature does not hold.
    if (error instanceof KitenError && error.code === 'codec/ecdsa-signature-malformed') return undefined;
    throw error;
  }
}

/**
 * `SEQUENCE { signed, signatureAlgorithm, signature }`: the frame of RFC 5280 §4.1, §5.1 and RFC 2986 §4.2.
 *
 * @param signed the DER to sign, which may lie in a buffer used again later.
 */
export function signStructure(signed: Uint8Array, signer: Signer): Uint8Array {
  const raw = signer.sign(signed);
  const ecdsa = algorithmOf(signer.algorithm).kind === 'ecdsa';
  const signature = ecdsa ? ecdsaRawToDer(raw) : raw;
  return writeDer((writer) => {
    const structure = writer.begin(derTag.sequence);
    writer.raw(signed);
    writer.raw(signatureAlgorithmIdentifier(signer.algorithm));
    writer.wholeOctets(signature);
    writer.end(structure);
  });
}
