import { encodeCbor } from '@kiten/codec';
import { decodeManifest } from './decode-manifest.ts';
import { digestValue, memberDigest, type SuitHash } from './digest.ts';
import { encodeManifest } from './encode-manifest.ts';
import type { SuitEnvelope } from './envelope.ts';
import type { SeverableName } from './labels.ts';
import type { SuitManifest } from './manifest.ts';

export interface BuildEnvelopeOptions {
  /** Members that may be severed later without a new signature. */
  readonly severable?: readonly SeverableName[];
  /** Payloads and dependencies that the envelope carries, by URI (`#app.bin`). */
  readonly integrated?: ReadonlyMap<string, Uint8Array>;
  /** Of the manifest and the severable members; SHA-256 unless given. */
  readonly hash?: SuitHash;
}

/**
 * Puts a manifest into an envelope that nobody has signed yet.
 *
 * @throws KitenError what {@link decodeManifest} would refuse.
 */
export function buildEnvelope(manifest: SuitManifest, options: BuildEnvelopeOptions = {}): SuitEnvelope {
  const { severable = [], integrated = new Map(), hash = 'sha256' } = options;
  const { octets, members } = encodeManifest(manifest, severable, hash);
  // Whoever signs shall not learn from a device that nobody can read it.
  decodeManifest(octets, members);
  const digest = memberDigest(hash, octets);
  return {
    digest,
    digestOctets: encodeCbor(digestValue(digest)),
    authentications: [],
    manifestOctets: octets,
    members,
    integrated,
  };
}

/** The envelope without some of its severable members: its signatures go on holding. */
export function sever(envelope: SuitEnvelope, names: readonly SeverableName[]): SuitEnvelope {
  const members = new Map([...envelope.members].filter(([name]) => !names.includes(name)));
  return { ...envelope, members };
}
