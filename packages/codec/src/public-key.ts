import { type AlgorithmName, algorithmOf } from './algorithms.ts';
import { equalBytes, fromHex } from './bytes.ts';

const identifierOf = new Map<AlgorithmName, Uint8Array>();

/**
 * Whether a DER SubjectPublicKeyInfo holds a key for the algorithm: its AlgorithmIdentifier, curve included, is
 * the one that belongs to it. What picks the algorithm of a message may not pick the kind of key with it.
 * The key inside is left to the cryptography to judge. RSA keys are those under rsaEncryption.
 */
export function publicKeyFits(algorithm: AlgorithmName, publicKey: Uint8Array): boolean {
  const start = contentStart(publicKey);
  const expected = identifier(algorithm);
  return start !== undefined && equalBytes(publicKey.subarray(start, start + expected.length), expected);
}

function identifier(algorithm: AlgorithmName): Uint8Array {
  let bytes = identifierOf.get(algorithm);
  if (bytes === undefined) {
    bytes = fromHex(algorithmOf(algorithm).publicKeyAlgorithm);
    identifierOf.set(algorithm, bytes);
  }
  return bytes;
}

/** Where the content of the outer SEQUENCE starts, if its header is DER and spans the whole input. */
function contentStart(der: Uint8Array): number | undefined {
  const first = der[1];
  if (der[0] !== 0x30 || first === undefined || first === 0x80 || first > 0x83) return undefined;
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  let length = lengthOctets === 0 ? first : 0;
  for (let index = 0; index < lengthOctets; index += 1) length = length * 256 + (der[2 + index] ?? 0);
  const start = 2 + lengthOctets;
  const minimal = lengthOctets === 0 || length >= (lengthOctets === 1 ? 0x80 : 256 ** (lengthOctets - 1));
  return minimal && start + length === der.length ? start : undefined;
}
