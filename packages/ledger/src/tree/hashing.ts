import { hash } from 'node:crypto';

/** Bytes of a SHA-256 digest. */
export const hashBytes = 32;

/** Bytes of the largest entry: what a 16-bit length of tlog-tiles could hold is more than the ledger takes. */
export const maxEntryBytes = 4096;

/** As much as such a length can say: other logs have larger entries. */
const leafInput = Buffer.alloc(1 + 0xffff);
const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);
/** The first bytes of `leafInput`, by number: making a view costs a third of a hash, and most lengths come again. */
const leafInputs: Buffer[] = [];

/**
 * Writes SHA-256 of `data` to `target` at `at`.
 * The digest travels as a string of bytes: a new Buffer for each one costs five times the hash itself.
 */
export function sha256Into(data: Uint8Array, target: Buffer, at: number): void {
  target.write(hash('sha256', data, 'binary'), at, hashBytes, 'latin1');
}

/** SHA-256 of `data`, 32 bytes. */
export function sha256(data: Uint8Array): Buffer {
  return hash('sha256', data, 'buffer');
}

/** Writes the leaf hash SHA-256(0x00 ‖ entry) of `bytes[start:end]` to `target` (RFC 9162 §2.1.1). */
export function leafHashInto(bytes: Buffer, start: number, end: number, target: Buffer, at: number): void {
  bytes.copy(leafInput, 1, start, end);
  sha256Into(leafInputOf(1 + end - start), target, at);
}

function leafInputOf(length: number): Buffer {
  if (length > 1 + maxEntryBytes) return leafInput.subarray(0, length);
  leafInputs[length] ??= leafInput.subarray(0, length);
  return leafInputs[length];
}

/** Writes the node hash SHA-256(0x01 ‖ left ‖ right) to `target` (RFC 9162 §2.1.1). */
export function nodeHashInto(
  left: Buffer,
  leftAt: number,
  right: Buffer,
  rightAt: number,
  target: Buffer,
  at: number,
): void {
  left.copy(nodeInput, 1, leftAt, leftAt + hashBytes);
  right.copy(nodeInput, 1 + hashBytes, rightAt, rightAt + hashBytes);
  sha256Into(nodeInput, target, at);
}

/** The hash of one entry as a leaf of the tree, 32 bytes (RFC 9162 §2.1.1). The entry has at most 65,535 bytes. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const result = Buffer.alloc(hashBytes);
  leafHashInto(asBuffer(entry), 0, entry.length, result, 0);
  return result;
}

/** The hash of an inner node over its two children's hashes, 32 bytes (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([Buffer.of(1), left, right]));
}

/** The same bytes as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
