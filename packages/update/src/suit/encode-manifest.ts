import { type CborMap, type CborValue, encodeCbor } from '@kiten/codec';
import { encodeCommon } from './common.ts';
import { componentValue } from './component.ts';
import { digestValue, memberDigest, type SuitHash } from './digest.ts';
import { encodeSequence } from './encode-sequence.ts';
import {
  manifestLabels,
  type SeverableName,
  type SuitSectionName,
  sectionLabels,
  severableLabels,
} from './labels.ts';
import type { SuitManifest, SuitMember } from './manifest.ts';
import { refusal } from './refusal.ts';
import { encodeTexts } from './text.ts';

/** A manifest and the members that stand beside it in the envelope. */
export interface EncodedManifest {
  readonly octets: Uint8Array;
  readonly members: ReadonlyMap<SeverableName, Uint8Array>;
}

/**
 * Encodes a manifest. A member with a digest goes to the envelope, and its digest into the manifest; so does each
 * member that is to be severable.
 *
 * @param severable members whose digests are made here.
 * @throws KitenError `update/suit-member-missing` for a member to be made severable that the manifest doesn't have.
 */
export function encodeManifest(
  manifest: SuitManifest,
  severable: readonly SeverableName[] = [],
  algorithm: SuitHash = 'sha256',
): EncodedManifest {
  const writer = new MemberWriter(new Set(severable), algorithm);
  const { map } = writer;
  map.set(manifestLabels.version, 1);
  map.set(manifestLabels.sequenceNumber, manifest.sequenceNumber);
  map.set(manifestLabels.common, encodeCommon(manifest.common));
  if (manifest.referenceUri !== undefined) map.set(manifestLabels.referenceUri, manifest.referenceUri);
  if (manifest.componentIdentifier !== undefined) {
    map.set(manifestLabels.componentIdentifier, componentValue(manifest.componentIdentifier));
  }
  if (manifest.currentVersion !== undefined) {
    map.set(manifestLabels.currentVersion, encodeCbor([...manifest.currentVersion]));
  }
  for (const name of Object.keys(sectionLabels) as SuitSectionName[]) {
    writer.member(name, sectionLabels[name], manifest.sections[name], encodeSequence);
  }
  writer.member('text', severableLabels.text, manifest.text, encodeTexts);
  writer.member('coswid', severableLabels.coswid, manifest.coswid, (octets) => octets);
  for (const name of severable) {
    if (writer.members.has(name)) continue;
    throw refusal('update/suit-member-missing', `There is no member ${name} to be made severable.`);
  }
  return { octets: encodeCbor(map), members: writer.members };
}

class MemberWriter {
  readonly map: CborMap = new Map();
  readonly members = new Map<SeverableName, Uint8Array>();
  readonly #severable: ReadonlySet<string>;
  readonly #algorithm: SuitHash;

  constructor(severable: ReadonlySet<string>, algorithm: SuitHash) {
    this.#severable = severable;
    this.#algorithm = algorithm;
  }

  member<Content>(
    name: SuitSectionName | SeverableName,
    label: number,
    member: SuitMember<Content> | undefined,
    encode: (content: Content) => Uint8Array,
  ): void {
    if (member === undefined) return;
    const octets = member.content === undefined ? undefined : encode(member.content);
    const digest =
      member.digest ??
      (octets !== undefined && this.#severable.has(name) ? memberDigest(this.#algorithm, octets) : undefined);
    if (digest !== undefined && octets !== undefined) this.members.set(name as SeverableName, octets);
    const value: CborValue = digest === undefined ? octets : digestValue(digest);
    this.map.set(label, value);
  }
}
