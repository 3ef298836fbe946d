import { type CborMap, CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import { digestValue, readDigest, type SuitDigest } from './digest.ts';
import {
  componentMetadataLabels,
  isCustomLabel,
  nameOf,
  parameterLabels,
  privateEnterpriseNumberTag,
} from './labels.ts';
import { asBytes, asCount, asInteger, asList, asMap, asText, decodeItem } from './read.ts';
import { malformed, refusal } from './refusal.ts';
import { readVersionMatch, type VersionMatch, versionMatchValue } from './version.ts';

/** A UUID of 16 octets, or a Private Enterprise Number (draft-ietf-suit-manifest §8.4.8.3). */
export type VendorIdentifier = Uint8Array | { readonly privateEnterpriseNumber: Uint8Array };

/** What commands read (SUIT_Parameters, draft-ietf-suit-manifest §8.4.8, and the drafts that extend it). */
export interface SuitParameters {
  readonly vendorIdentifier?: VendorIdentifier;
  /** A UUID. */
  readonly classIdentifier?: Uint8Array;
  /** A UUID. */
  readonly deviceIdentifier?: Uint8Array;
  readonly imageDigest?: SuitDigest;
  /** Octets. */
  readonly imageSize?: number;
  /** Seconds since 1970. */
  readonly useBefore?: number;
  readonly componentSlot?: number;
  readonly strictOrder?: boolean;
  readonly softFailure?: boolean;
  readonly content?: Uint8Array;
  /** A tagged COSE_Encrypt with its ciphertext elsewhere. */
  readonly encryptionInfo?: Uint8Array;
  readonly uri?: string;
  /** An index into the components. */
  readonly sourceComponent?: number;
  readonly invokeArguments?: Uint8Array;
  /** For whoever fetches to make something of. */
  readonly fetchArguments?: Uint8Array;
  /** Milliwatt-hours. */
  readonly minimumBattery?: number;
  readonly updatePriority?: number;
  readonly version?: VersionMatch;
  /** SUIT_Wait_Event, encoded. */
  readonly waitInfo?: Uint8Array;
  /** Owner, permissions and kind of file (SUIT_Component_Metadata), encoded. */
  readonly componentMetadata?: Uint8Array;
  /** A manufacturer's own, by label below −256. */
  readonly custom?: ReadonlyMap<number, number | boolean | string | Uint8Array>;
}

type Named = Omit<SuitParameters, 'custom'>;
type Codec<Value> = {
  readonly read: (what: string, value: CborValue) => Value;
  readonly value: (parameter: Value) => CborValue;
};

const same = (value: CborValue): CborValue => value;
const flag: Codec<boolean> = { read: asFlag, value: same };
const count: Codec<number> = { read: asCount, value: same };
const uuid: Codec<Uint8Array> = { read: asUuid, value: same };
const bytes: Codec<Uint8Array> = { read: asBytes, value: same };

const codecs: { readonly [Name in keyof Named]-?: Codec<NonNullable<Named[Name]>> } = {
  vendorIdentifier: { read: readVendor, value: vendorValue },
  classIdentifier: uuid,
  deviceIdentifier: uuid,
  imageDigest: {
    read: (what, value) => readDigest(what, decodeItem(what, asBytes(what, value))),
    value: (digest) => encodeCbor(digestValue(digest)),
  },
  imageSize: count,
  useBefore: count,
  componentSlot: count,
  strictOrder: flag,
  softFailure: flag,
  content: bytes,
  encryptionInfo: bytes,
  uri: { read: asText, value: same },
  sourceComponent: count,
  invokeArguments: bytes,
  fetchArguments: bytes,
  minimumBattery: count,
  updatePriority: { read: asInteger, value: same },
  version: { read: readVersionMatch, value: versionMatchValue },
  waitInfo: { read: readWaitInfo, value: same },
  componentMetadata: { read: readComponentMetadata, value: same },
};

/** @throws KitenError `update/suit-parameter-unknown`, or what a value of the wrong form is refused with. */
export function readParameters(what: string, value: CborValue): SuitParameters {
  const map = asMap(what, value);
  if (map.size === 0) throw malformed(`${what} sets nothing.`);
  const parameters: Record<string, unknown> = {};
  const custom = new Map<number, number | boolean | string | Uint8Array>();
  for (const [label, parameter] of map) {
    const name = nameOf(parameterLabels, label);
    if (name !== undefined) parameters[name] = codecs[name].read(`The parameter ${name}`, parameter);
    else if (typeof label === 'number' && isCustomLabel(label)) custom.set(label, asCustom(parameter));
    else
      throw refusal('update/suit-parameter-unknown', `${what} sets a parameter that is not known here.`, {
        label,
      });
  }
  return { ...parameters, ...(custom.size > 0 && { custom }) };
}

export function parametersValue({ custom = new Map(), ...named }: SuitParameters): CborMap {
  const map: CborMap = new Map(custom);
  for (const [name, parameter] of Object.entries(named)) {
    const { value } = codecs[name as keyof Named] as Codec<unknown>;
    map.set(parameterLabels[name as keyof Named], value(parameter));
  }
  return map;
}

function asFlag(what: string, value: CborValue): boolean {
  if (typeof value === 'boolean') return value;
  throw malformed(`${what} is neither true nor false.`);
}

function asUuid(what: string, value: CborValue): Uint8Array {
  const octets = asBytes(what, value);
  if (octets.length === 16) return octets;
  throw malformed(`${what} is no UUID of 16 octets.`);
}

function asCustom(value: CborValue): number | boolean | string | Uint8Array {
  if (typeof value === 'boolean' || typeof value === 'string' || value instanceof Uint8Array) return value;
  return asInteger('A custom parameter', value);
}

function readVendor(what: string, value: CborValue): VendorIdentifier {
  if (!(value instanceof CborTag)) return asUuid(what, value);
  if (value.tag !== privateEnterpriseNumberTag) throw malformed(`${what} has another tag than 112.`);
  return { privateEnterpriseNumber: asBytes(what, value.value) };
}

function vendorValue(vendor: VendorIdentifier): CborValue {
  if (vendor instanceof Uint8Array) return vendor;
  return new CborTag(privateEnterpriseNumberTag, vendor.privateEnterpriseNumber);
}

/** SUIT_Wait_Event (draft-ietf-suit-update-management): left encoded, for whoever waits to read. */
function readWaitInfo(what: string, value: CborValue): Uint8Array {
  const octets = asBytes(what, value);
  const events = asMap(what, decodeItem(what, octets));
  for (const label of events.keys()) {
    if (typeof label !== 'number' || label < 1 || label > 7) throw malformed(`${what} has an unknown event.`);
    if (label === 4) asList(what, events.get(label));
    else asInteger(what, events.get(label));
  }
  return octets;
}

/** Left encoded, for whoever keeps files to read. */
function readComponentMetadata(what: string, value: CborValue): Uint8Array {
  const octets = asBytes(what, value);
  for (const label of asMap(what, decodeItem(what, octets)).keys()) {
    if (nameOf(componentMetadataLabels, label) === undefined)
      throw malformed(`${what} has an unknown member.`);
  }
  return octets;
}
