import { type CborMap, CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import { octetsOf } from '../hash.ts';
import type { RuntimeReference } from '../runtime/runtime-reference.ts';
import { encodeRuntimeReference } from '../runtime/runtime-reference-cbor.ts';
import { bytesTag, comid, corim, environment, logKeys, measurement, namedHashes } from './corim-labels.ts';
import type { FileDigest } from './reference-files.ts';
import type { PcrState } from './reference-image.ts';

/** What reference values are made of. */
export interface ReferenceFields {
  /** Unique among the issuer's: `urn:uuid:…`, or a name with a version. */
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly states: readonly PcrState[];
  readonly files?: Iterable<FileDigest>;
  readonly bootLog?: Uint8Array;
  readonly imaLog?: Uint8Array;
  readonly runtime?: RuntimeReference;
  /** Milliseconds since the Unix epoch. */
  readonly validFrom?: number;
  readonly validUntil?: number;
}

type Entries = [CborValue, CborValue][];

/** An unsigned CoRIM with one CoMID: a reference triple for each state of the registers, and one for files and logs. */
export function encodeCorim(fields: ReferenceFields): Uint8Array {
  const { id, states, files = [], bootLog, imaLog, runtime } = fields;
  const values: CborValue[] = [...byPath(files)].map(([path, digests]) =>
    measured(path, [[measurement.digests, digests]]),
  );
  const raw = (key: string, bytes: Uint8Array) =>
    measured(key, [[measurement.rawValue, new CborTag(bytesTag, bytes)]]);
  if (bootLog !== undefined) values.push(raw(logKeys.boot, bootLog));
  if (imaLog !== undefined) values.push(raw(logKeys.ima, imaLog));
  if (runtime !== undefined) values.push(raw(logKeys.runtime, encodeRuntimeReference(runtime)));
  const triples: CborValue[] = states.map((state) => [target(fields), [registers(state)]]);
  if (values.length > 0) triples.push([target(fields), values]);
  const tag = new Map<CborValue, CborValue>([
    [comid.identity, new Map([[0, id]])],
    [comid.triples, new Map([[comid.referenceTriples, triples]])],
  ]);
  const map: Entries = [
    [corim.id, id],
    [corim.tags, [new CborTag(comid.tag, encodeCbor(tag))]],
  ];
  const validity = validityOf(fields);
  if (validity !== undefined) map.push([corim.validity, validity]);
  return encodeCbor(new CborTag(corim.tag, new Map(map)));
}

const target = ({ vendor, model }: ReferenceFields): CborMap =>
  new Map<CborValue, CborValue>([
    [
      environment.class,
      new Map<CborValue, CborValue>([
        [environment.vendor, vendor],
        [environment.model, model],
      ]),
    ],
  ]);

const measured = (key: string, values: Entries): CborMap =>
  new Map<CborValue, CborValue>([
    [measurement.key, key],
    [measurement.values, new Map(values)],
  ]);

/** Integrity registers of all banks in one map: each index has a digest for every bank (5.1.4.7). */
function registers(state: PcrState): CborMap {
  const byPcr = new Map<CborValue, CborValue[]>();
  for (const [id, values] of state) {
    const name = tpmHashOf(id)?.name ?? '';
    for (const [pcr, acceptable] of values) {
      const digests = byPcr.get(pcr) ?? [];
      digests.push(...acceptable.map((value): CborValue => [hashLabel(name), octetsOf(value)]));
      byPcr.set(pcr, digests);
    }
  }
  return measured('pcr', [[measurement.integrityRegisters, byPcr]]);
}

function byPath(files: Iterable<FileDigest>): ReadonlyMap<string, CborValue[]> {
  const paths = new Map<string, CborValue[]>();
  for (const { path, hash, digest } of files) {
    const digests = paths.get(path) ?? [];
    digests.push([hashLabel(hash), octetsOf(digest)]);
    paths.set(path, digests);
  }
  return paths;
}

/** The number of a hash in the registry; its name where it has none, as SHA-1. */
function hashLabel(name: string): CborValue {
  const found = Object.entries(namedHashes).find(([, known]) => known === name);
  return found === undefined ? name : Number(found[0]);
}

/** validity-map (7.3), in whole seconds. */
function validityOf({ validFrom, validUntil }: ReferenceFields): CborMap | undefined {
  if (validUntil === undefined) return undefined;
  const time = (at: number) => new CborTag(1, Math.floor(at / 1000));
  const validity = new Map<CborValue, CborValue>([[1, time(validUntil)]]);
  if (validFrom !== undefined) validity.set(0, time(validFrom));
  return validity;
}
