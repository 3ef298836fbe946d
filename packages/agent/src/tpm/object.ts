import { createHash } from 'node:crypto';
import { equalBytes, KitenError } from '@kiten/codec';
import {
  encodePublicArea,
  objectName,
  type PublicArea,
  type TpmHash,
  type TpmReader,
  TpmWriter,
} from '@kiten/wire';
import { emptyPassword, type Tpm, type tpmHierarchy } from './tpm.ts';

/** A key in a TPM. Transient until it is made persistent: whoever made it flushes it. */
export interface TpmObject {
  readonly handle: number;
  /** TPMT_PUBLIC. */
  readonly publicArea: Uint8Array;
  readonly name: Uint8Array;
}

/** A key outside its TPM: only its parent can load it. */
export interface WrappedKey {
  /** TPM2B_PRIVATE without its size: encrypted by the parent. */
  readonly private: Uint8Array;
  /** TPMT_PUBLIC. */
  readonly publicArea: Uint8Array;
}

const maximum = { publicArea: 1024, private: 2048, creation: 1024, digest: 64, name: 66 } as const;

/** The same template always makes the same key, until the hierarchy is cleared (TPM 2.0 Library, Part 3, 24.1). */
export async function createPrimary(
  tpm: Tpm,
  hierarchy: (typeof tpmHierarchy)['owner' | 'endorsement' | 'null'],
  template: PublicArea | Uint8Array,
): Promise<TpmObject> {
  const request = {
    handles: [hierarchy],
    authorizations: [emptyPassword],
    parameters: creationParameters(template),
  };
  const { handles, value } = await tpm.command(
    'createPrimary',
    request,
    (reader) => {
      const publicArea = reader.sized(maximum.publicArea);
      skipCreation(reader);
      return { publicArea, name: reader.sized(maximum.name) };
    },
    1,
  );
  return { handle: handles[0]!, ...named(value) };
}

/** Makes a key below another (Part 3, 12.1). */
export async function createKey(tpm: Tpm, parent: number, template: PublicArea): Promise<WrappedKey> {
  const request = {
    handles: [parent],
    authorizations: [emptyPassword],
    parameters: creationParameters(template),
  };
  const { value } = await tpm.command('create', request, (reader) => {
    const key = { private: reader.sized(maximum.private), publicArea: reader.sized(maximum.publicArea) };
    skipCreation(reader);
    return key;
  });
  return value;
}

/** @throws KitenError `agent/tpm-refused` with TPM_RC_INTEGRITY for a key of another TPM or parent */
export async function loadKey(tpm: Tpm, parent: number, key: WrappedKey): Promise<TpmObject> {
  const parameters = new TpmWriter()
    .sized(key.private, maximum.private)
    .sized(key.publicArea, maximum.publicArea)
    .result();
  const { handles, value } = await tpm.command(
    'load',
    { handles: [parent], authorizations: [emptyPassword], parameters },
    (reader) => ({ publicArea: key.publicArea, name: reader.sized(maximum.name) }),
    1,
  );
  return { handle: handles[0]!, ...named(value) };
}

/** What is behind a handle. @throws KitenError `agent/tpm-refused` with TPM_RC_HANDLE if nothing is */
export async function readPublic(tpm: Tpm, handle: number): Promise<TpmObject> {
  const { value } = await tpm.command('readPublic', { handles: [handle] }, (reader) => {
    const publicArea = reader.sized(maximum.publicArea);
    const name = reader.sized(maximum.name);
    reader.sized(maximum.name);
    return { publicArea, name };
  });
  return { handle, ...named(value) };
}

/** Takes a transient object or a session out of the TPM. */
export const flushContext = (tpm: Tpm, handle: number): Promise<void> =>
  tpm.order('flushContext', { parameters: new TpmWriter().uint32(handle).result() });

/** Keeps a key at a persistent handle, or removes it from there if it is the one that is there (Part 3, 28.5). */
export const evictControl = (tpm: Tpm, handle: number, persistent: number): Promise<void> =>
  tpm.order('evictControl', {
    handles: [0x4000_0001, handle],
    authorizations: [emptyPassword],
    parameters: new TpmWriter().uint32(persistent).result(),
  });

/** Uses a transient object and flushes it, whatever comes of that: a TPM has room for three. */
export async function withObject<Value>(
  tpm: Tpm,
  object: Promise<TpmObject>,
  use: (object: TpmObject) => Promise<Value>,
): Promise<Value> {
  const made = await object;
  try {
    return await use(made);
  } finally {
    await flushContext(tpm, made.handle);
  }
}

/** No password, nothing from outside, no PCRs. */
function creationParameters(template: PublicArea | Uint8Array): Uint8Array {
  const area = template instanceof Uint8Array ? template : encodePublicArea(template);
  return new TpmWriter()
    .nested((sensitive) => sensitive.uint16(0).uint16(0))
    .sized(area, maximum.publicArea)
    .uint16(0)
    .uint32(0)
    .result();
}

/** Creation data, its digest, and the ticket for both: nobody asks for them. */
function skipCreation(reader: TpmReader): void {
  reader.sized(maximum.creation);
  reader.sized(maximum.digest);
  skipTicket(reader);
}

/** TPMT_TK_…: tag, hierarchy, digest. */
export function skipTicket(reader: TpmReader): void {
  reader.uint16();
  reader.uint32();
  reader.sized(maximum.digest);
}

/** A name that isn't the public area's own would have another key believed. */
function named<Area extends { readonly publicArea: Uint8Array; readonly name: Uint8Array }>(
  area: Area,
): Area {
  if (equalBytes(objectName(area.publicArea, digest), area.name)) return area;
  throw new KitenError('agent/tpm-name', 'The TPM names a key otherwise than its public area has it.');
}

const digest = (hash: TpmHash, data: Uint8Array): Uint8Array => createHash(hash.name).update(data).digest();
