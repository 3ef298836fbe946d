import * as codec from '@kiten/codec';
import { type CheckReason, need, type Place } from './report.ts';
import type { Trust } from './trust-file.ts';

/** Milliseconds that clocks may differ. */
export const clockSkew = 60_000;

/** The key is a DER SubjectPublicKeyInfo, an ECDSA signature r ‖ s (IEEE P1363). */
export type Signed = [codec.AlgorithmName, key: Uint8Array, data: Uint8Array, signature: Uint8Array];

/** What the checker needs of cryptography: WebCrypto or another, handed in. */
export interface Cryptography {
  sha256(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** The key is of the algorithm's kind; what is inside may be anything. */
  verify(...signed: Signed): boolean | Promise<boolean>;
}

/**
 * Remembers which signatures verified and which paths led to their root, each by a digest of all that it depended on:
 * another bundle that shares them is cheap. Beyond `limit` of them, 150 bytes each, the oldest is forgotten.
 */
export function knownSignatures(limit = 4096) {
  const digests = new Set<string>();
  const add = (digest: string): void => {
    const [oldest = digest] = digests.size < limit ? [] : digests;
    digests.delete(oldest);
    digests.add(digest);
  };
  return { has: (digest: string): boolean => digests.has(digest), add };
}

/** What earlier checks have proven. */
export type KnownSignatures = ReturnType<typeof knownSignatures>;
/** What a check goes by: the time in whole milliseconds since the Unix epoch; what makes it cheaper than the first. */
export type CheckOptions = Readonly<{ now: number; cryptography: Cryptography; known?: KnownSignatures }>;

/** What a check goes by, and where it is: a refusal names the place. */
export type Basis = CheckOptions & { readonly trust: Trust; place: Place };

/** Requires what `prove` does, unless it is known. The fact is all that the proof depends on. */
export async function once(fact: codec.CborValue[], basis: Basis, prove: () => Promise<void>): Promise<void> {
  const { cryptography, known } = basis;
  const digest = known && codec.toBase64(await cryptography.sha256(codec.encodeCbor(fact)));
  if (digest && known.has(digest)) return;
  await prove();
  if (digest) known.add(digest);
}

/** Requires that a signature holds. */
export async function requireSignature(signed: Signed, reason: CheckReason, basis: Basis): Promise<void> {
  const [algorithm, , , { length }] = signed;
  const { signatureBytes = length } = codec.algorithmOf(algorithm);
  const verify = async () => length === signatureBytes && (await basis.cryptography.verify(...signed));
  // A key that is no point on its curve, an algorithm that this runtime lacks: not proven, and said so.
  const holds = await verify().catch((error: unknown) => ` It could not be verified: ${error}.`);
  need(holds === true, reason, `The signature does not hold.${holds || ''}`);
}
