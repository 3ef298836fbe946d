import { hash } from 'node:crypto';
import { type ErrorCode, KitenError } from '@kiten/codec';
import type { TpmHash } from '@kiten/wire';

/**
 * Octets as the characters U+0000 to U+00FF. A digest crosses from OpenSSL three times faster so than in a Buffer of
 * its own, and two of them compare with `===`.
 */
export type OctetText = string;

/** TPM names to OpenSSL's. */
const names: Readonly<Record<string, string>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sm3_256: 'sm3',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
};

/** What OpenSSL calls a hash function. */
export const hashName = (algorithm: TpmHash): string => names[algorithm.name] ?? algorithm.name;

export const digestText = (algorithm: TpmHash, data: Uint8Array): OctetText =>
  hash(hashName(algorithm), data, 'binary');

export const digestOf = (algorithm: TpmHash, data: Uint8Array): Uint8Array =>
  octetsOf(digestText(algorithm, data));

export const octetsOf = (text: OctetText): Uint8Array => Buffer.from(text, 'latin1');

/** A digest lies within the runtime's own heap: asking for its buffer would first move it out of there. */
const short = 64;

export const textOf = (octets: Uint8Array): OctetText =>
  octets.length <= short
    ? String.fromCharCode.apply(null, octets as unknown as number[])
    : bufferOf(octets).toString('latin1');

export const hexOf = (text: OctetText): string => Buffer.from(text, 'latin1').toString('hex');

/** The bytes as a Buffer on the same memory. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export function refusal(
  code: ErrorCode,
  message: string,
  detail?: Readonly<Record<string, unknown>>,
): KitenError {
  return new KitenError(code, message, detail === undefined ? {} : { detail });
}
