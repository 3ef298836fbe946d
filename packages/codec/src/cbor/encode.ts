import { compareBytes } from '../bytes.ts';
import { KitenError } from '../error.ts';
import { magnitudeOctets } from './bignum.ts';
import { fitsSingle, numberToHalf, writeFloat } from './float.ts';
import { shortText } from './text.ts';
import { CborFloat, type CborMap, CborSimple, CborTag, type CborValue } from './value.ts';

/** Deep enough for any data, and a bound for a value that contains itself. */
const maxDepth = 1024;
/** A buffer that outgrew this is not kept for the next call. */
const keptBytes = 1 << 16;
const encoder = new TextEncoder();

/**
 * Encodes a value as CBOR in the core deterministic form (RFC 8949 §4.2.1): shortest integers, floats and
 * lengths, definite lengths only, keys in bytewise order of their encodings, NaN as f97e00, bignums only where
 * 64 bits do not suffice. {@link CborValue} says which value becomes what.
 *
 * @throws KitenError `codec/cbor-duplicate-key` for keys with one encoding (1 and 1n, two equal byte strings),
 * `codec/cbor-lone-surrogate`, `codec/cbor-too-deep`, `codec/cbor-bignum-malformed` for a CborTag 2 or 3, or
 * `codec/cbor-unsupported-value` for anything that is no CborValue.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = spare ?? new Writer();
  spare = undefined;
  try {
    writer.item(value, 0);
    return writer.result();
  } finally {
    writer.reset();
    spare = writer;
  }
}

class Writer {
  #buffer = new Uint8Array(1024);
  #position = 0;

  result(): Uint8Array {
    return this.#buffer.slice(0, this.#position);
  }

  reset(): void {
    if (this.#buffer.length > keptBytes) this.#buffer = new Uint8Array(1024);
    this.#position = 0;
  }

  item(value: CborValue, depth: number): void {
    if (typeof value === 'number') this.#numeric(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'boolean') this.#octet(value ? 0xf5 : 0xf4);
    else if (value === null) this.#octet(0xf6);
    else if (value === undefined) this.#octet(0xf7);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof CborFloat) this.#float(value.value);
    else if (value instanceof CborSimple) this.#simple(value.value);
    else this.#container(value, depth);
  }

  #container(value: CborValue[] | CborMap | CborTag, depth: number): void {
    if (depth >= maxDepth) {
      throw new KitenError('codec/cbor-too-deep', `The value is nested more than ${maxDepth} deep.`);
    }
    if (Array.isArray(value)) this.#array(value, depth);
    else if (value instanceof Map) this.#map(value, depth);
    else if (value instanceof CborTag) this.#tag(value, depth);
    else throw unsupported(value);
  }

  #numeric(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value);
    else if (value >= 0) this.#head(0x00, value);
    else this.#head(0x20, -1 - value);
  }

  #bigint(value: bigint): void {
    const negative = value < 0n;
    const magnitude = negative ? -1n - value : value;
    if (magnitude <= Number.MAX_SAFE_INTEGER) {
      this.#head(negative ? 0x20 : 0x00, Number(magnitude));
    } else if (magnitude < 1n << 64n) {
      this.#wideHead(negative ? 0x20 : 0x00, magnitude);
    } else {
      this.#octet(negative ? 0xc3 : 0xc2);
      this.#bytes(magnitudeOctets(magnitude));
    }
  }

  #float(value: number): void {
    this.#reserve(9);
    const half = numberToHalf(value);
    if (half >= 0) {
      this.#buffer[this.#position++] = 0xf9;
      this.#buffer[this.#position++] = half >> 8;
      this.#buffer[this.#position++] = half;
      return;
    }
    const octets = fitsSingle(value) ? 4 : 8;
    this.#buffer[this.#position++] = octets === 4 ? 0xfa : 0xfb;
    writeFloat(this.#buffer, this.#position, value, octets);
    this.#position += octets;
  }

  #simple(value: number): void {
    if (value < 20) this.#octet(0xe0 | value);
    else this.#head(0xe0, value);
  }

  #bytes(value: Uint8Array): void {
    this.#head(0x40, value.length);
    this.#append(value);
  }

  #text(value: string): void {
    if (value.length <= shortText && this.#ascii(value)) return;
    if (!value.isWellFormed()) {
      throw new KitenError('codec/cbor-lone-surrogate', 'A text has a lone surrogate and no UTF-8 encoding.');
    }
    const octets = encoder.encode(value);
    this.#head(0x60, octets.length);
    this.#append(octets);
  }

  /** Writes a short text of ASCII only; returns false, nothing written, if it is not. */
  #ascii(value: string): boolean {
    const start = this.#position;
    this.#head(0x60, value.length);
    this.#reserve(value.length);
    const buffer = this.#buffer;
    let at = this.#position;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) {
        this.#position = start;
        return false;
      }
      buffer[at++] = code;
    }
    this.#position = at;
    return true;
  }

  #array(value: readonly CborValue[], depth: number): void {
    this.#head(0x80, value.length);
    for (let index = 0; index < value.length; index += 1) this.item(value[index], depth + 1);
  }

  #map(value: CborMap, depth: number): void {
    this.#head(0xa0, value.size);
    const first = this.#position;
    const entries: Entry[] = [];
    for (const [key, content] of value) {
      const start = this.#position;
      this.item(key, depth + 1);
      const keyEnd = this.#position;
      this.item(content, depth + 1);
      entries.push({ start, keyEnd, end: this.#position });
    }
    if (!this.#ascending(entries)) this.#sort(entries, first);
  }

  #tag(value: CborTag, depth: number): void {
    if (value.tag === 2 || value.tag === 3) {
      throw new KitenError(
        'codec/cbor-bignum-malformed',
        'A bignum is encoded from a bigint, not from a CborTag.',
      );
    }
    if (typeof value.tag === 'number') this.#head(0xc0, value.tag);
    else this.#wideHead(0xc0, value.tag);
    this.item(value.value, depth + 1);
  }

  #ascending(entries: readonly Entry[]): boolean {
    for (let index = 1; index < entries.length; index += 1) {
      if (compareKeys(this.#buffer, entries[index - 1]!, entries[index]!) >= 0) return false;
    }
    return true;
  }

  #sort(entries: Entry[], first: number): void {
    const written = this.#buffer.slice(first, this.#position);
    entries.sort((left, right) => compareKeys(this.#buffer, left, right));
    if (!this.#ascending(entries)) {
      throw new KitenError('codec/cbor-duplicate-key', 'Two keys of a map have the same encoding.');
    }
    let at = first;
    for (const { start, end } of entries) {
      this.#buffer.set(written.subarray(start - first, end - first), at);
      at += end - start;
    }
  }

  /** The head of an item (RFC 8949 §3): major type in the three high bits, and its argument. */
  #head(major: number, argument: number): void {
    this.#reserve(9);
    const buffer = this.#buffer;
    let at = this.#position;
    if (argument < 24) {
      buffer[at++] = major | argument;
    } else if (argument < 0x100) {
      buffer[at++] = major | 24;
      buffer[at++] = argument;
    } else if (argument < 0x1_0000) {
      buffer[at++] = major | 25;
      buffer[at++] = argument >> 8;
      buffer[at++] = argument;
    } else if (argument < 0x1_0000_0000) {
      buffer[at++] = major | 26;
      at = writeWord(buffer, at, argument);
    } else {
      buffer[at++] = major | 27;
      at = writeWord(buffer, at, Math.floor(argument / 0x1_0000_0000));
      at = writeWord(buffer, at, argument >>> 0);
    }
    this.#position = at;
  }

  #wideHead(major: number, argument: bigint): void {
    this.#reserve(9);
    this.#buffer[this.#position++] = major | 27;
    this.#position = writeWord(this.#buffer, this.#position, Number(argument >> 32n));
    this.#position = writeWord(this.#buffer, this.#position, Number(argument & 0xffff_ffffn));
  }

  #octet(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#position++] = value;
  }

  #append(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#buffer.set(octets, this.#position);
    this.#position += octets.length;
  }

  #reserve(octets: number): void {
    const needed = this.#position + octets;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#position));
    this.#buffer = larger;
  }
}

/** The writer of the last call. While one is in use there is none here, so that a nested call makes its own. */
let spare: Writer | undefined;

/** Where a map's entry was written: its key up to `keyEnd`, its value up to `end`. */
interface Entry {
  readonly start: number;
  readonly keyEnd: number;
  readonly end: number;
}

function compareKeys(buffer: Uint8Array, left: Entry, right: Entry): number {
  return compareBytes(buffer.subarray(left.start, left.keyEnd), buffer.subarray(right.start, right.keyEnd));
}

function writeWord(buffer: Uint8Array, at: number, value: number): number {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
  return at + 4;
}

function unsupported(value: unknown): KitenError {
  const kind = typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
  return new KitenError('codec/cbor-unsupported-value', `A value of kind ${kind} has no CBOR encoding here.`);
}
