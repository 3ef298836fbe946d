import { authenticateEnvelope, type SuitAuthentication, type SuitTrust } from './authenticate.ts';
import { decodeManifest } from './decode-manifest.ts';
import { openEnvelope, type SuitEnvelope } from './envelope.ts';
import { defaultSuitLimits, type SuitLimits } from './limits.ts';
import type { SuitManifest } from './manifest.ts';

/** A manifest that those who are trusted vouch for, with the envelope it came in. */
export interface VerifiedSuit extends SuitAuthentication {
  readonly envelope: SuitEnvelope;
  readonly manifest: SuitManifest;
}

/**
 * Opens an envelope, checks who signed it, and only then reads the manifest (draft-ietf-suit-manifest §6.2).
 *
 * @throws KitenError what {@link openEnvelope}, {@link authenticateEnvelope} and {@link decodeManifest} refuse.
 */
export function verifyEnvelope(
  octets: Uint8Array,
  trust: SuitTrust,
  limits: SuitLimits = defaultSuitLimits,
): VerifiedSuit {
  const envelope = openEnvelope(octets, limits);
  const { signers } = authenticateEnvelope(envelope, trust);
  return { envelope, manifest: decodeManifest(envelope.manifestOctets, envelope.members, limits), signers };
}
