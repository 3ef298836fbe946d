import { type CborMap, CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import type { SeveredMembers } from './decode-manifest.ts';
import { equalDigests, memberDigest, readDigest, type SuitDigest } from './digest.ts';
import { envelopeLabels, envelopeTag, nameOf, type SeverableName, severableLabels } from './labels.ts';
import { defaultSuitLimits, type SuitLimits } from './limits.ts';
import { asBytes, asList, asMap, decodeItem } from './read.ts';
import { malformed, refusal } from './refusal.ts';

/** SUIT_Envelope (draft-ietf-suit-manifest §8.2), opened: the manifest in it is not read yet. */
export interface SuitEnvelope {
  /** Of the manifest; it holds if this was decoded. */
  readonly digest: SuitDigest;
  /** SUIT_Digest as it is signed. */
  readonly digestOctets: Uint8Array;
  /** COSE messages over the digest, encoded. */
  readonly authentications: readonly Uint8Array[];
  readonly manifestOctets: Uint8Array;
  /** What was made severable and isn't severed. */
  readonly members: SeveredMembers;
  /** Integrated payloads and dependencies by their URI, as `#app.bin`. */
  readonly integrated: ReadonlyMap<string, Uint8Array>;
  /** Set when it stands without its tag, as within a message of TEEP: what carries it says what it is. */
  readonly isUntagged?: true;
}

/** `application/suit-envelope+cose` (draft-ietf-suit-manifest §11.9). */
export const suitMediaType = 'application/suit-envelope+cose';

/**
 * Opens an envelope and holds the manifest against its digest. The manifest is left alone: its signature is checked
 * first (draft-ietf-suit-manifest §6.2).
 *
 * @throws KitenError `update/suit-digest-mismatch` for a manifest that isn't the one the digest is of,
 * `update/suit-member-unknown`, `update/suit-too-many-authentications`, or what its CBOR is refused with.
 */
export function openEnvelope(octets: Uint8Array, limits: SuitLimits = defaultSuitLimits): SuitEnvelope {
  const decoded = decodeItem('The envelope', octets, { maxBytes: limits.envelopeBytes });
  const isTagged = decoded instanceof CborTag && decoded.tag === envelopeTag;
  if (!isTagged && !(decoded instanceof Map)) {
    throw refusal('update/suit-no-envelope', `This is no SUIT envelope: its tag ${envelopeTag} is missing.`);
  }
  const map = asMap('The envelope', isTagged ? decoded.value : decoded);
  const manifestOctets = asBytes('The manifest', map.get(envelopeLabels.manifest));
  const [digestOctets, authentications] = readAuthentication(map, limits);
  const digest = readDigest(
    'The digest of the manifest',
    decodeItem('The digest of the manifest', digestOctets),
  );
  if (!equalDigests(memberDigest(digest.algorithm, manifestOctets), digest)) {
    throw refusal(
      'update/suit-digest-mismatch',
      'The manifest is not the one whose digest the envelope has.',
    );
  }
  const members = new Map<SeverableName, Uint8Array>();
  const integrated = new Map<string, Uint8Array>();
  for (const [label, value] of map) {
    const what = `The member ${String(label)} of the envelope`;
    if (label === envelopeLabels.authentication || label === envelopeLabels.manifest) continue;
    const name = nameOf(severableLabels, label);
    if (name !== undefined) members.set(name, asBytes(what, value));
    else if (typeof label === 'string') integrated.set(label, asBytes(what, value));
    else
      throw refusal('update/suit-member-unknown', 'The envelope has a member that is not known here.', {
        label,
      });
  }
  const content = { digest, digestOctets, authentications, manifestOctets, members, integrated };
  return isTagged ? content : { ...content, isUntagged: true };
}

/** The octets of an envelope, tagged unless it was opened without. Whoever severs a member leaves it out of `members`. */
export function encodeEnvelope(envelope: Omit<SuitEnvelope, 'digest'>): Uint8Array {
  const map: CborMap = new Map<CborValue, CborValue>([
    [envelopeLabels.authentication, encodeCbor([envelope.digestOctets, ...envelope.authentications])],
    [envelopeLabels.manifest, envelope.manifestOctets],
  ]);
  for (const [name, octets] of envelope.members) map.set(severableLabels[name], octets);
  for (const [uri, octets] of envelope.integrated) map.set(uri, octets);
  return encodeCbor(envelope.isUntagged === true ? map : new CborTag(envelopeTag, map));
}

function readAuthentication(map: CborMap, limits: SuitLimits): [Uint8Array, readonly Uint8Array[]] {
  const what = 'The authentication wrapper';
  const wrapper = asBytes(what, map.get(envelopeLabels.authentication));
  const [digest, ...authentications] = asList(what, decodeItem(what, wrapper));
  if (digest === undefined) throw malformed(`${what} has no digest.`);
  if (authentications.length > limits.authentications) {
    throw refusal(
      'update/suit-too-many-authentications',
      `${what} has more than ${limits.authentications} signatures.`,
    );
  }
  return [asBytes(what, digest), authentications.map((block) => asBytes(what, block))];
}
