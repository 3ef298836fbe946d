import { hash } from 'node:crypto';
import type { TpmHash } from '@kiten/wire';
import { hashName, type OctetText } from './hash.ts';

/**
 * One PCR of one bank, as software extends it: the new value is the hash of the old one and a digest
 * (TPM 2.0 Library, Part 1, 17). Nothing is allocated for an extension but the digest's text.
 */
export class Register {
  readonly #name: string;
  readonly #scratch: Buffer;
  readonly #bytes: number;
  #value: OctetText;

  /** @param start its value before the first extension: all zero unless given */
  constructor(algorithm: TpmHash, start: OctetText = '\0'.repeat(algorithm.bytes)) {
    this.#name = hashName(algorithm);
    this.#bytes = algorithm.bytes;
    this.#scratch = scratchOf(algorithm.bytes);
    this.#value = start;
  }

  get value(): OctetText {
    return this.#value;
  }

  /** Starts over from a value. */
  reset(value: OctetText): void {
    this.#value = value;
  }

  /** @param digest as long as the bank's, or shorter and then padded with zeros behind */
  extend(digest: OctetText): OctetText {
    const scratch = this.#scratch;
    const bytes = this.#bytes;
    scratch.write(this.#value, 0, 'latin1');
    if (digest.length < bytes) scratch.fill(0, bytes + digest.length);
    scratch.write(digest, bytes, bytes, 'latin1');
    this.#value = hash(this.#name, scratch, 'binary');
    return this.#value;
  }

  /** Extends a digest, as long as the bank's, where it lies in a log. */
  extendFrom(log: Buffer, start: number): OctetText {
    const scratch = this.#scratch;
    const bytes = this.#bytes;
    scratch.write(this.#value, 0, 'latin1');
    log.copy(scratch, bytes, start, start + bytes);
    this.#value = hash(this.#name, scratch, 'binary');
    return this.#value;
  }
}

/** Room for a value and a digest: nothing stays in it from one extension to the next, so all registers share it. */
const scratches = new Map<number, Buffer>();

function scratchOf(bytes: number): Buffer {
  const known = scratches.get(bytes) ?? Buffer.alloc(bytes * 2);
  scratches.set(bytes, known);
  return known;
}

/** The value of a PCR that nothing was extended into: zeros, and ones where a dynamic launch would reset it. */
export const initialValue = (pcr: number, algorithm: TpmHash): OctetText =>
  (pcr >= 17 && pcr <= 22 ? '\xff' : '\0').repeat(algorithm.bytes);

/** The registers of one bank by number. */
export type PcrValues = ReadonlyMap<number, OctetText>;

/** The banks by TPM_ALG_ID of their hash. */
export type PcrBanks = ReadonlyMap<number, PcrValues>;
