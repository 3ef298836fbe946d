import { tpmRefusal } from './error.ts';

/** Writes TPM structures: integers with the highest octet first, TPM2Bs behind their size. */
export class TpmWriter {
  #bytes = new Uint8Array(512);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = within(value, 0xff);
    return this;
  }

  uint16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, within(value, 0xffff));
    return this;
  }

  uint32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, within(value, 0xffffffff));
    return this;
  }

  uint64(value: bigint): this {
    if (value < 0n || value >= 1n << 64n) throw outOfRange(value);
    const at = this.#room(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  boolean(value: boolean): this {
    return this.uint8(value ? 1 : 0);
  }

  octets(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** A TPM2B of plain octets. */
  sized(bytes: Uint8Array, maximum: number): this {
    if (bytes.length > maximum) {
      throw tpmRefusal('wire/tpm-size', `${bytes.length} octets where ${maximum} are the most.`);
    }
    return this.uint16(bytes.length).octets(bytes);
  }

  /** A TPM2B around what `write` writes. */
  nested(write: (writer: this) => void): this {
    const at = this.#room(2);
    write(this);
    this.#view.setUint16(at, within(this.#length - at - 2, 0xffff));
    return this;
  }

  /** A copy of all that was written. */
  result(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(length: number): number {
    const start = this.#length;
    this.#length = start + length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}

function within(value: number, maximum: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= maximum) return value;
  throw outOfRange(value);
}

function outOfRange(value: number | bigint) {
  return tpmRefusal('wire/tpm-integer-range', `${value} does not fit its field.`);
}
