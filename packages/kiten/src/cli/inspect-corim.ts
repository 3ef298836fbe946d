import { type CborMap, CborTag, type CborValue, decodeCbor } from '@kiten/codec';
import { jsonOf } from './output.ts';

const reading = { deterministic: false, maxBytes: 96 << 20, maxItems: 1 << 20, maxDepth: 32 } as const;

/** Tags of draft-ietf-rats-corim: a CoRIM, what older drafts wrapped it in, and what is in it. */
const corimTag = 501;
const outerTags: ReadonlySet<unknown> = new Set([500, 502]);
const tagNames: Readonly<Record<number, string>> = { 505: 'CoSWID', 506: 'CoMID', 507: 'CoTS', 508: 'CoTL' };
const coMid = 506;

/** Triples of a CoMID by their number (draft-ietf-rats-corim, 5.1.4). */
const triples: Readonly<Record<number, string>> = {
  0: 'reference values',
  1: 'endorsed values',
  2: 'device identity',
  3: 'attestation keys',
  4: 'domain dependency',
  5: 'domain membership',
  6: 'CoSWID',
  8: 'conditional endorsement series',
  10: 'conditional endorsement',
};

/**
 * What a CoRIM is about that has nothing for a TPM, or is of a profile that is not known here: nothing is judged by it.
 *
 * @returns undefined for what is none
 * @throws KitenError `codec/cbor-…`
 */
export function foreignCorim(bytes: Uint8Array): unknown {
  const map = corimMap(decodeCbor(bytes, reading));
  const tags = map?.get(1);
  if (map === undefined || !Array.isArray(tags)) return undefined;
  const profile = map.get(3);
  return {
    id: jsonOf(map.get(0)),
    ...(profile === undefined
      ? {}
      : { profile: jsonOf(profile instanceof CborTag ? profile.value : profile) }),
    tags: tags.map(tagJson),
  };
}

function corimMap(value: CborValue): CborMap | undefined {
  if (!(value instanceof CborTag)) return undefined;
  if (outerTags.has(value.tag)) return corimMap(value.value);
  return value.tag === corimTag && value.value instanceof Map ? value.value : undefined;
}

/** Up to draft 04 the octets were around the tag, and not in it. */
const unwrapped = (value: CborValue): CborValue =>
  value instanceof Uint8Array ? decodeCbor(value, reading) : value;

function tagJson(given: CborValue): unknown {
  const value = unwrapped(given);
  if (!(value instanceof CborTag)) return { kind: 'unknown' };
  const kind = tagNames[Number(value.tag)] ?? `tag ${value.tag}`;
  const inside = value.tag === coMid ? unwrapped(value.value) : undefined;
  const found = inside instanceof Map ? inside.get(4) : undefined;
  if (!(found instanceof Map)) return { kind };
  return {
    kind,
    triples: [...found].map(([number, list]) => ({
      of: triples[Number(number)] ?? `number ${String(number)}`,
      for: Array.isArray(list) ? list.map(environmentOf) : [],
    })),
  };
}

/** Vendor and model, or what else names the environment that a triple is on. */
function environmentOf(triple: CborValue): unknown {
  const environment = Array.isArray(triple) ? triple[0] : undefined;
  if (!(environment instanceof Map)) return jsonOf(environment);
  const known = environment.get(0);
  const names = known instanceof Map ? [known.get(1), known.get(2)] : [];
  const name = names.filter((each) => typeof each === 'string').join(' ');
  return name === '' ? jsonOf(environment) : name;
}

/** Any other CBOR that is a structure: a single number or text could be part of anything. */
export function cborJson(bytes: Uint8Array): unknown {
  const value = decodeCbor(bytes, reading);
  const isStructure = Array.isArray(value) || value instanceof Map || value instanceof CborTag;
  return isStructure ? jsonOf(value) : undefined;
}
