import { type TpmHash, tpmHashOf } from './algorithm.ts';
import { tpmRefusal } from './error.ts';

/**
 * Reads TPM structures in order (TPM 2.0 Library, Part 1, 4: integers with the highest octet first) and never beyond
 * the end. Byte arrays are views of the input: nothing is copied.
 */
export class TpmReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Octets from the start of the input. */
  get offset(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  uint16(): number {
    const start = this.#take(2);
    return (this.#bytes[start]! << 8) | this.#bytes[start + 1]!;
  }

  uint32(): number {
    const start = this.#take(4);
    const bytes = this.#bytes;
    return (
      bytes[start]! * 0x1000000 + ((bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!)
    );
  }

  uint64(): bigint {
    const high = this.uint32();
    return (BigInt(high) << 32n) | BigInt(this.uint32());
  }

  /** TPMI_YES_NO: 0 or 1, nothing else. */
  boolean(): boolean {
    const value = this.uint8();
    if (value > 1) throw tpmRefusal('wire/tpm-boolean', 'Yes is 1 and no is 0.', this.#position - 1);
    return value === 1;
  }

  /** So many octets. */
  octets(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** A TPM2B of plain octets, `maximum` of them at most. */
  sized(maximum: number): Uint8Array {
    const start = this.#position;
    const length = this.uint16();
    if (length > maximum) {
      throw tpmRefusal('wire/tpm-size', `${length} octets where ${maximum} are the most.`, start);
    }
    return this.octets(length);
  }

  /** A TPM2B around a structure, which fills it. */
  nested<Value>(read: (reader: TpmReader) => Value): Value {
    return this.within(this.uint16(), read);
  }

  /** A structure that fills so many octets. */
  within<Value>(length: number, read: (reader: TpmReader) => Value): Value {
    const start = this.#take(length);
    const inner = new TpmReader(this.#bytes, start, start + length);
    const value = read(inner);
    inner.finish();
    return value;
  }

  /** A TPMI_ALG_HASH. */
  hash(): TpmHash {
    const start = this.#position;
    const id = this.uint16();
    const hash = tpmHashOf(id);
    if (hash === undefined) throw unknownAlgorithm(id, 'hash function', start);
    return hash;
  }

  /** What is left, as a view. */
  rest(): Uint8Array {
    return this.octets(this.#end - this.#position);
  }

  /** To be called when all is read. */
  finish(): void {
    if (!this.atEnd) {
      throw tpmRefusal('wire/tpm-trailing-bytes', 'Bytes follow the end of the structure.', this.#position);
    }
  }

  #take(length: number): number {
    const start = this.#position;
    if (this.#end - start < length) {
      throw tpmRefusal('wire/tpm-truncated', 'The structure ends within a field.', start);
    }
    this.#position = start + length;
    return start;
  }
}

export function unknownAlgorithm(id: number, what: string, offset: number) {
  return tpmRefusal(
    'wire/tpm-algorithm',
    `0x${id.toString(16).padStart(4, '0')} is no ${what} that is known here.`,
    offset,
  );
}

/** Reads a structure that fills the bytes. */
export function readTpm<Value>(bytes: Uint8Array, read: (reader: TpmReader) => Value): Value {
  const reader = new TpmReader(bytes);
  const value = read(reader);
  reader.finish();
  return value;
}
