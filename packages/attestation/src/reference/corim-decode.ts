import { type CborMap, CborTag, type CborValue, decodeCbor } from '@kiten/codec';
import { tpmHashFunctions } from '@kiten/wire';
import { CborShape } from '../evidence/cbor-shape.ts';
import { type OctetText, refusal, textOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import { decodeRuntimeReference } from '../runtime/runtime-reference-cbor.ts';
import { bytesTag, comid, corim, environment, logKeys, measurement, namedHashes } from './corim-labels.ts';
import { type FileDigest, ReferenceFiles } from './reference-files.ts';
import { contentAddress, type PcrState, type ReferenceImage } from './reference-image.ts';
import { SharedBootLog } from './shared-boot-log.ts';
import { SharedImaLog } from './shared-ima-log.ts';

/** Files that one triple may name: more than any image has. */
const maximumMeasurements = 1 << 20;

/** What peers send need not be in deterministic order. */
const reading = { deterministic: false, maxBytes: 96 << 20, maxItems: 8 << 20, maxDepth: 32 } as const;

const shape = new CborShape(
  'attestation/corim-malformed',
  'A CoRIM is a tagged map of CoMIDs with reference triples (draft-ietf-rats-corim).',
);

interface Found {
  readonly names: Set<string>;
  readonly states: PcrState[];
  readonly files: FileDigest[];
  bootLog?: Uint8Array;
  imaLog?: Uint8Array;
  runtime?: RuntimeReference;
}

/**
 * Reads the reference values of an unsigned CoRIM: integrity registers and digests by number as PCRs, digests by path
 * as files, and our own logs. What a triple has beyond that is left out: it can approve nothing here.
 *
 * @throws KitenError `attestation/corim-malformed`; `attestation/corim-profile` for a profile, because one that is not
 * understood has to be refused (4.1.4); `attestation/corim-nothing` without any reference value of a TPM
 */
export function decodeCorim(bytes: Uint8Array): ReferenceImage {
  const map = corimMap(read(bytes));
  if (map.has(corim.profile)) {
    throw refusal('attestation/corim-profile', 'The CoRIM is of a profile that is not known here.');
  }
  const found: Found = { names: new Set(), states: [], files: [] };
  for (const tag of shape.array(map.get(corim.tags), 1)) readTag(tag, found);
  const { states, names } = found;
  if (states.length === 0 && found.files.length === 0 && found.runtime === undefined) {
    throw refusal('attestation/corim-nothing', 'The CoRIM has no reference values of registers or files.');
  }
  const files = new ReferenceFiles(found.files);
  return {
    id: contentAddress(bytes),
    name: [...names][0] ?? 'the reference values',
    states,
    files,
    ...(found.bootLog === undefined ? {} : { bootLog: new SharedBootLog(found.bootLog) }),
    ...(found.imaLog === undefined ? {} : { imaLog: new SharedImaLog(found.imaLog, files) }),
    ...(found.runtime === undefined ? {} : { runtime: found.runtime }),
    ...readValidity(map.get(corim.validity)),
  };
}

function read(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes, reading);
  } catch (cause) {
    throw shape.refusal(cause);
  }
}

function corimMap(value: CborValue): CborMap {
  if (value instanceof CborTag && value.tag === corim.outerTag) return corimMap(value.value);
  if (value instanceof CborTag && value.tag === corim.tag) return shape.map(value.value);
  throw shape.refusal();
}

/** Up to draft 04 the octets were around the tag, and not in it. */
function readTag(given: CborValue, found: Found): void {
  const value = given instanceof Uint8Array ? read(given) : given;
  if (!(value instanceof CborTag) || value.tag !== comid.tag) return;
  const tag = shape.map(value.value instanceof Map ? value.value : read(shape.octets(value.value)));
  const triples = shape.map(tag.get(comid.triples)).get(comid.referenceTriples);
  if (triples === undefined) return;
  for (const triple of shape.array(triples, 1)) {
    const [target, values] = shape.array(triple, 2, 2);
    const name = targetName(shape.map(target));
    if (name !== undefined) found.names.add(name);
    readTriple(values, found);
  }
}

/** Drafts before 02 had one measurement-map where there is a list now. */
function readTriple(values: CborValue, found: Found): void {
  const state = new Map<number, Map<number, OctetText[]>>();
  for (const value of values instanceof Map ? [values] : shape.array(values, 1, maximumMeasurements)) {
    const measured = shape.map(value);
    const key = measured.get(measurement.key);
    const mval = shape.map(measured.get(measurement.values));
    const registers = mval.get(measurement.integrityRegisters);
    if (registers !== undefined) readRegisters(shape.map(registers), state);
    const digests = mval.get(measurement.digests);
    if (digests !== undefined && typeof key === 'number') addRegister(key, digests, state);
    if (digests !== undefined && typeof key === 'string') readFile(key, digests, found);
    const raw = mval.get(measurement.rawValue);
    if (raw instanceof CborTag && raw.tag === bytesTag) readLog(key, shape.octets(raw.value), found);
  }
  if (state.size > 0) found.states.push(state);
}

function readRegisters(registers: CborMap, state: Map<number, Map<number, OctetText[]>>): void {
  for (const [index, digests] of registers) {
    // A register with a name is none of a TPM.
    if (typeof index === 'number') addRegister(index, digests, state);
  }
}

function addRegister(pcr: number, digests: CborValue, state: Map<number, Map<number, OctetText[]>>): void {
  if (pcr < 0 || pcr > 31) throw shape.refusal();
  for (const { hash, digest } of readDigests(digests)) {
    const bank = tpmHashFunctions.find(({ name }) => name === hash);
    if (bank === undefined || bank.bytes !== digest.length) throw shape.refusal();
    const values = state.get(bank.id) ?? new Map<number, OctetText[]>();
    state.set(bank.id, values);
    values.set(pcr, [...(values.get(pcr) ?? []), digest]);
  }
}

function readFile(path: string, digests: CborValue, found: Found): void {
  for (const { hash, digest } of readDigests(digests)) found.files.push({ path, hash, digest });
}

function readDigests(value: CborValue): readonly { hash: string; digest: OctetText }[] {
  return shape.array(value, 1, 64).map((each) => {
    const [label, digest] = shape.array(each, 2, 2);
    const hash = typeof label === 'number' ? namedHashes[label] : shape.text(label, 32);
    if (hash === undefined) throw shape.refusal();
    return { hash, digest: textOf(shape.octets(digest)) };
  });
}

function readLog(key: CborValue, bytes: Uint8Array, found: Found): void {
  if (key === logKeys.boot) found.bootLog = bytes;
  if (key === logKeys.ima) found.imaLog = bytes;
  if (key === logKeys.runtime) found.runtime = decodeRuntimeReference(bytes);
}

function targetName(target: CborMap): string | undefined {
  const known = target.get(environment.class);
  if (!(known instanceof Map)) return undefined;
  const parts = [known.get(environment.vendor), known.get(environment.model)];
  return (
    parts
      .filter((part) => typeof part === 'string')
      .join(' ')
      .slice(0, 120) || undefined
  );
}

/** validity-map (7.3): times in seconds, tagged. */
export function readValidity(value: CborValue): { validFrom?: number; validUntil?: number } {
  if (value === undefined) return {};
  const validity = shape.map(value);
  const time = (label: number): number | undefined => {
    const at = validity.get(label);
    if (at === undefined) return undefined;
    const seconds = at instanceof CborTag && at.tag === 1 ? at.value : at;
    if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds * 1000)) throw shape.refusal();
    return seconds * 1000;
  };
  const [validFrom, validUntil] = [time(0), time(1)];
  return {
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}
