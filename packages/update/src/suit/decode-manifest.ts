import type { CborMap, CborValue } from '@kiten/codec';
import { readCommon } from './common.ts';
import { readComponent } from './component.ts';
import { equalDigests, memberDigest, readDigest } from './digest.ts';
import {
  manifestLabels,
  type SeverableName,
  type SuitSectionName,
  sectionLabels,
  severableLabels,
} from './labels.ts';
import { defaultSuitLimits, type SuitLimits } from './limits.ts';
import type { SuitManifest, SuitMember } from './manifest.ts';
import { asBytes, asCount, asMap, asText, decodeItem } from './read.ts';
import { readSequence } from './read-sequence.ts';
import { refusal } from './refusal.ts';
import { readTexts } from './text.ts';
import { readVersion } from './version.ts';

/** The octets of members that stand outside the manifest. */
export type SeveredMembers = ReadonlyMap<SeverableName, Uint8Array>;

const known = new Set<CborValue>([
  ...Object.values(manifestLabels),
  ...Object.values(sectionLabels),
  ...Object.values(severableLabels),
]);

/**
 * Decodes a manifest with the members that its envelope carries, each held against its digest. Nothing is said about
 * who made it.
 *
 * @throws KitenError `update/suit-version-unsupported`, `update/suit-severed-mismatch` for a member that isn't the one
 * whose digest the manifest has, `update/suit-member-extraneous` for one without a digest,
 * `update/suit-member-unknown`, `update/suit-no-component-index`, or what its CBOR, commands and parameters are
 * refused with.
 */
export function decodeManifest(
  octets: Uint8Array,
  members: SeveredMembers = new Map(),
  limits: SuitLimits = defaultSuitLimits,
): SuitManifest {
  const map = asMap('The manifest', decodeItem('The manifest', octets, { maxBytes: limits.manifestBytes }));
  const version = asCount('The version of the manifest', map.get(manifestLabels.version));
  if (version !== 1) {
    throw refusal(
      'update/suit-version-unsupported',
      `The manifest is of version ${version}; 1 is known here.`,
    );
  }
  for (const label of map.keys()) {
    if (known.has(label)) continue;
    throw refusal('update/suit-member-unknown', 'The manifest has a member that is not known here.', {
      label,
    });
  }
  const commonOctets = asBytes('The common part', map.get(manifestLabels.common));
  const [common, context] = readCommon(commonOctets, limits);
  const reader = new MemberReader(map, members, limits);
  const sections: { [Name in SuitSectionName]?: SuitManifest['sections'][Name] } = {};
  for (const name of Object.keys(sectionLabels) as SuitSectionName[]) {
    const what = `The sequence ${name}`;
    const member = reader.member(name, sectionLabels[name], (bytes) => readSequence(what, bytes, context));
    if (member === undefined) continue;
    if (context.components > 1 && member.content !== undefined)
      checkBeginning(what, member.content[0]?.command);
    sections[name] = member;
  }
  const text = reader.member('text', severableLabels.text, (bytes) => readTexts(bytes, common.components));
  const coswid = reader.member('coswid', severableLabels.coswid, (bytes) => bytes);
  reader.checkAllUsed();
  return {
    sequenceNumber: asCount('The sequence number', map.get(manifestLabels.sequenceNumber)),
    common,
    sections,
    ...optional(map, manifestLabels.referenceUri, 'referenceUri', (value) =>
      asText('The reference URI', value),
    ),
    ...optional(map, manifestLabels.componentIdentifier, 'componentIdentifier', (value) =>
      readComponent('The place of the manifest', value),
    ),
    ...optional(map, manifestLabels.currentVersion, 'currentVersion', (value) =>
      readVersion('The version', decodeItem('The version', asBytes('The version', value))),
    ),
    ...(text && { text }),
    ...(coswid && { coswid }),
  };
}

/** Takes each member from where it stands: in the manifest, or in the envelope if the manifest has its digest. */
class MemberReader {
  readonly #map: CborMap;
  readonly #left: Map<SeverableName, Uint8Array>;
  readonly #limits: SuitLimits;

  constructor(map: CborMap, members: SeveredMembers, limits: SuitLimits) {
    this.#map = map;
    this.#left = new Map(members);
    this.#limits = limits;
  }

  member<Content>(
    name: SuitSectionName | SeverableName,
    label: number,
    read: (octets: Uint8Array) => Content,
  ): SuitMember<Content> | undefined {
    if (!this.#map.has(label)) return undefined;
    const value = this.#map.get(label);
    if (!Array.isArray(value))
      return { content: read(this.#bounded(name, asBytes(`The member ${name}`, value))) };
    if (!(name in severableLabels)) {
      throw refusal(
        'update/suit-member-unseverable',
        `The member ${name} cannot be severed, but only its digest is there.`,
      );
    }
    const digest = readDigest(`The digest of ${name}`, value);
    const octets = this.#left.get(name as SeverableName);
    if (octets === undefined) return { digest };
    this.#left.delete(name as SeverableName);
    if (!equalDigests(memberDigest(digest.algorithm, this.#bounded(name, octets)), digest)) {
      throw refusal(
        'update/suit-severed-mismatch',
        `The member ${name} is not the one whose digest the manifest has.`,
        {
          name,
        },
      );
    }
    return { digest, content: read(octets) };
  }

  checkAllUsed(): void {
    for (const name of this.#left.keys()) {
      throw refusal(
        'update/suit-member-extraneous',
        `The envelope has a member ${name} that the manifest knows no digest of.`,
      );
    }
  }

  #bounded(name: string, octets: Uint8Array): Uint8Array {
    if (octets.length <= this.#limits.manifestBytes) return octets;
    throw refusal(
      'update/suit-too-large',
      `The member ${name} is longer than ${this.#limits.manifestBytes} octets.`,
    );
  }
}

/** With several components it has to be said which one is meant before anything is done (§6.2). */
function checkBeginning(what: string, first: string | undefined): void {
  if (first === 'set-component-index' || first === 'override-multiple') return;
  throw refusal(
    'update/suit-no-component-index',
    `${what} does not begin by saying which component it is about.`,
  );
}

function optional<Name extends string, Value>(
  map: CborMap,
  label: number,
  name: Name,
  read: (value: CborValue) => Value,
): { [Key in Name]?: Value } {
  return map.has(label) ? ({ [name]: read(map.get(label)) } as { [Key in Name]?: Value }) : {};
}
