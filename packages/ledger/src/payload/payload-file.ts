import { hashBytes } from '../tree/hashing.ts';
import { saltBytes } from './salted-digest.ts';

/** A payload as it lies in the store. */
export interface PayloadFile {
  readonly state: 'held';
  /** When it was put, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly salt: Uint8Array;
  readonly content: Uint8Array;
}

/** What remains of a payload that was erased. */
export interface Tombstone {
  readonly state: 'erased';
  /** When it was erased, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Why: `retention`, `subject-request`. */
  readonly reason: string;
}

const payloadMagic = 'KITENPL1';
const tombstoneMagic = 'KITENTS1';
const timeAt = 8;
const bodyAt = 16;
const contentAt = bodyAt + saltBytes;
const mostReason = 32;

/** The largest content, in bytes. */
export const maxPayloadBytes = 67_108_864;

/** Bytes of the largest file. */
export const maxFileBytes = contentAt + maxPayloadBytes;

/** As many bytes from a file's start tell everything but the content. */
export const headBytes = contentAt;

/** The path of a digest's file below the store: two levels of 256 directories. */
export function payloadPath(hex: string): string {
  return `${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex}`;
}

/** Whether a name is that of a file in the directory `first`/`second`. */
export function isPayloadName(name: string, first: string, second: string): boolean {
  return name.length === 2 * hashBytes && /^[0-9a-f]+$/.test(name) && name.startsWith(first + second);
}

export function isReason(reason: string): boolean {
  return reason.length <= mostReason && /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(reason);
}

export function encodePayload(at: number, salt: Uint8Array, content: Uint8Array): Buffer {
  return Buffer.concat([start(payloadMagic, at), salt, content]);
}

export function encodeTombstone({ at, reason }: Omit<Tombstone, 'state'>): Buffer {
  return Buffer.concat([start(tombstoneMagic, at), Buffer.from(reason, 'latin1')]);
}

/** What a file says; undefined when it is neither a payload nor a tombstone. */
export function decodeFile(bytes: Buffer): PayloadFile | Tombstone | undefined {
  const at = bytes.length >= bodyAt ? Number(bytes.readBigUInt64BE(timeAt)) : Number.NaN;
  if (!Number.isSafeInteger(at)) return undefined;
  const magic = bytes.toString('latin1', 0, timeAt);
  if (magic === payloadMagic && bytes.length >= contentAt) {
    const salt = new Uint8Array(bytes.subarray(bodyAt, contentAt));
    return { state: 'held', at, salt, content: new Uint8Array(bytes.subarray(contentAt)) };
  }
  const reason = bytes.toString('latin1', bodyAt);
  return magic === tombstoneMagic && isReason(reason) ? { state: 'erased', at, reason } : undefined;
}

function start(magic: string, at: number): Buffer {
  const bytes = Buffer.alloc(bodyAt);
  bytes.write(magic, 'latin1');
  bytes.writeBigUInt64BE(BigInt(Math.max(0, Math.floor(at))), timeAt);
  return bytes;
}
