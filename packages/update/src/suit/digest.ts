import { hash } from 'node:crypto';
import { type CborValue, encodeCbor, equalBytes } from '@kiten/codec';
import { asBytes, asList } from './read.ts';
import { malformed, refusal } from './refusal.ts';

/** IANA "COSE Algorithms" (RFC 9054 §3): SHA-256 has to be there, the others may (draft-ietf-suit-manifest §10). */
const algorithms = {
  sha256: { label: -16, octets: 32 },
  sha384: { label: -43, octets: 48 },
  sha512: { label: -44, octets: 64 },
} as const;

/** As Node's cryptography calls them. */
export type SuitHash = keyof typeof algorithms;

/** SUIT_Digest (draft-ietf-suit-manifest §10). */
export interface SuitDigest {
  readonly algorithm: SuitHash;
  readonly bytes: Uint8Array;
}

/** @throws KitenError `update/suit-digest-unsupported` for a hash function that isn't known here. */
export function readDigest(what: string, value: CborValue): SuitDigest {
  const [label, octets, ...others] = asList(what, value);
  if (others.length > 0) throw malformed(`${what} has parameters that no digest known here has.`);
  const bytes = asBytes(what, octets);
  for (const [name, known] of Object.entries(algorithms)) {
    if (known.label !== label) continue;
    if (bytes.length !== known.octets) throw malformed(`${what} has another length than its hash function.`);
    return { algorithm: name as SuitHash, bytes };
  }
  throw refusal('update/suit-digest-unsupported', `${what} is not by SHA-256, SHA-384 or SHA-512.`);
}

export const digestValue = ({ algorithm, bytes }: SuitDigest): CborValue[] => [
  algorithms[algorithm].label,
  bytes,
];

/** The digest of octets as they are: of an image. */
export function digestOf(algorithm: SuitHash, octets: Uint8Array): SuitDigest {
  return { algorithm, bytes: new Uint8Array(hash(algorithm, octets, 'buffer')) };
}

/**
 * The digest of a member: over the byte string that encloses it, its head included (draft-ietf-suit-manifest §8.3,
 * §8.4.12).
 */
export const memberDigest = (algorithm: SuitHash, member: Uint8Array): SuitDigest =>
  digestOf(algorithm, encodeCbor(member));

export const equalDigests = (left: SuitDigest, right: SuitDigest): boolean =>
  left.algorithm === right.algorithm && equalBytes(left.bytes, right.bytes);
