import type { KitenError } from '../error.ts';
import { bignum, checkBignum } from './bignum.ts';
import { doubleToNumber, fitsSingle, halfToNumber, numberToHalf, singleToNumber } from './float.ts';
import { AscendingKeys, DistinctKeys } from './map-keys.ts';
import { refusal } from './refusal.ts';
import { readText } from './text.ts';
import { CborFloat, type CborMap, CborSimple, CborTag, type CborValue } from './value.ts';

/** Bounds and strictness of {@link decodeCbor}. */
export interface DecodeCborOptions {
  /** How many arrays, maps and tags may enclose one another; 16 unless given, 1024 at most. */
  readonly maxDepth?: number;
  /** How many data items there may be in all, keys and tags among them; 65 536 unless given. */
  readonly maxItems?: number;
  /** How long the input may be, in octets; 1 MiB unless given. */
  readonly maxBytes?: number;
  /**
   * Whether the core deterministic encoding is required (RFC 8949 §4.2.1), true unless given. False admits
   * longer forms of numbers and lengths and any order of keys, nothing else.
   */
  readonly deterministic?: boolean;
}

/**
 * Decodes one CBOR data item that fills the input (RFC 8949). Indefinite lengths, duplicate keys, malformed
 * UTF-8 and trailing bytes are refused in either mode. What is allocated is bounded by the input's length, and
 * nothing in the result refers to the input's memory.
 *
 * @throws KitenError `codec/cbor-…` with `detail.offset`, the octet at which the refused item starts.
 */
export function decodeCbor(bytes: Uint8Array, options: DecodeCborOptions = {}): CborValue {
  const { maxBytes = 1 << 20 } = options;
  if (bytes.length > maxBytes) {
    throw refusal('codec/cbor-too-large', `The input is longer than ${maxBytes} octets.`, maxBytes);
  }
  // Not a Node Buffer or another subclass: their slices would be views, and slow ones.
  const octets = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = new Reader(octets, options);
  const value = reader.item(0);
  reader.finish();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #maxDepth: number;
  readonly #deterministic: boolean;
  #itemsLeft: number;
  #position = 0;

  constructor(bytes: Uint8Array, options: DecodeCborOptions) {
    this.#bytes = bytes;
    this.#end = bytes.length;
    // The stack, too, is bounded: no option lifts the depth beyond what recursion can bear.
    this.#maxDepth = Math.min(options.maxDepth ?? 16, 1024);
    this.#deterministic = options.deterministic ?? true;
    this.#itemsLeft = options.maxItems ?? 65_536;
    this.#takeItems(1, 0);
  }

  finish(): void {
    if (this.#position !== this.#end) {
      throw refusal('codec/cbor-trailing-bytes', 'The input goes on behind the data item.', this.#position);
    }
  }

  item(depth: number): CborValue {
    const start = this.#position;
    if (start >= this.#end) throw truncated(start);
    const initial = this.#bytes[start]!;
    this.#position = start + 1;
    if (initial < 24) return initial;
    const info = initial & 0x1f;
    switch (initial >> 5) {
      case 0:
        return this.#unsigned(info, start);
      case 1:
        return this.#negative(info, start);
      case 2:
        return this.#byteString(info, start);
      case 3:
        return this.#textString(info, start);
      case 4:
        return this.#array(info, start, depth);
      case 5:
        return this.#map(info, start, depth);
      case 6:
        return this.#tag(info, start, depth);
      default:
        return this.#simpleOrFloat(info, start);
    }
  }

  /** The argument of the item's head (RFC 8949 §3); beyond 2^53 only its size is right. */
  #argument(info: number, start: number): number {
    if (info < 24) return info;
    if (info > 27) throw unusable(this.#bytes[start]!, start);
    const octets = 1 << (info - 24);
    const value = this.#number(octets, start);
    if (this.#deterministic && value < leastOf[info - 24]!) {
      throw refusal('codec/cbor-not-shortest', 'A number or length is not in its shortest form.', start);
    }
    return value;
  }

  #number(octets: number, start: number): number {
    const bytes = this.#bytes;
    const at = this.#position;
    if (at + octets > this.#end) throw truncated(start);
    this.#position = at + octets;
    if (octets === 1) return bytes[at]!;
    if (octets === 2) return (bytes[at]! << 8) | bytes[at + 1]!;
    const high = word(bytes, at);
    return octets === 4 ? high : high * 0x1_0000_0000 + word(bytes, at + 4);
  }

  #unsigned(info: number, start: number): number | bigint {
    const value = this.#argument(info, start);
    return value <= Number.MAX_SAFE_INTEGER ? value : this.#wide();
  }

  #negative(info: number, start: number): number | bigint {
    const value = this.#argument(info, start);
    return value < Number.MAX_SAFE_INTEGER ? -1 - value : -1n - this.#wide();
  }

  /** The 64 bits before the position, exactly. */
  #wide(): bigint {
    const at = this.#position - 8;
    return (BigInt(word(this.#bytes, at)) << 32n) | BigInt(word(this.#bytes, at + 4));
  }

  /** Moves behind a string and returns where it begins. */
  #string(info: number, start: number): number {
    const length = this.#argument(info, start);
    const from = this.#position;
    if (length > this.#end - from) throw truncated(start);
    this.#position = from + length;
    return from;
  }

  #byteString(info: number, start: number): Uint8Array {
    const from = this.#string(info, start);
    return this.#bytes.slice(from, this.#position);
  }

  #textString(info: number, start: number): string {
    const from = this.#string(info, start);
    const text = readText(this.#bytes, from, this.#position);
    if (text === undefined)
      throw refusal('codec/cbor-malformed-utf8', 'A text is not well-formed UTF-8.', start);
    return text;
  }

  #array(info: number, start: number, depth: number): CborValue[] {
    const length = this.#argument(info, start);
    this.#enter(length, depth, start);
    // Of its own size from the start: one that grows has room for 17 items with its first.
    const array = new Array<CborValue>(length);
    for (let index = 0; index < length; index += 1) array[index] = this.item(depth + 1);
    return array;
  }

  #map(info: number, start: number, depth: number): CborMap {
    const length = this.#argument(info, start);
    this.#enter(length * 2, depth, start);
    const map: CborMap = new Map();
    const keys = this.#deterministic ? new AscendingKeys(this.#bytes) : new DistinctKeys();
    for (let index = 0; index < length; index += 1) {
      const keyStart = this.#position;
      let key = this.item(depth + 1);
      keys.check(key, keyStart, this.#position);
      // A Map takes −0 for 0, so that the float would vanish or overwrite the integer.
      if (key === 0 && Object.is(key, -0)) key = new CborFloat(-0);
      map.set(key, this.item(depth + 1));
    }
    return map;
  }

  #tag(info: number, start: number, depth: number): CborValue {
    const argument = this.#argument(info, start);
    const number = argument <= Number.MAX_SAFE_INTEGER ? argument : this.#wide();
    this.#enter(1, depth, start);
    const content = this.item(depth + 1);
    if (number !== 2 && number !== 3) return new CborTag(number, content);
    checkBignum(content, this.#deterministic, start);
    return bignum(number, content);
  }

  #simpleOrFloat(info: number, start: number): CborValue {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 24:
        return this.#longSimple(start);
      case 25:
        return this.#half(start);
      case 26:
        return this.#single(start);
      case 27:
        return this.#double(start);
      default:
        if (info > 27) throw unusable(this.#bytes[start]!, start);
        return new CborSimple(info);
    }
  }

  #longSimple(start: number): CborSimple {
    const value = this.#number(1, start);
    if (value >= 32) return new CborSimple(value);
    throw refusal('codec/cbor-simple-invalid', 'A simple value below 32 has no two-octet form.', start);
  }

  #half(start: number): number | CborFloat {
    const bits = this.#number(2, start);
    const value = halfToNumber(bits);
    if (Number.isNaN(value)) return this.#nan(bits === 0x7e00, start);
    return float(value);
  }

  #single(start: number): number | CborFloat {
    const value = singleToNumber(this.#number(4, start));
    if (Number.isNaN(value)) return this.#nan(false, start);
    if (this.#deterministic && numberToHalf(value) >= 0) throw longFloat(start);
    return float(value);
  }

  #double(start: number): number | CborFloat {
    this.#number(8, start);
    const value = doubleToNumber(word(this.#bytes, start + 1), word(this.#bytes, start + 5));
    if (Number.isNaN(value)) return this.#nan(false, start);
    if (this.#deterministic && fitsSingle(value)) throw longFloat(start);
    return float(value);
  }

  #nan(canonical: boolean, start: number): number {
    if (canonical || !this.#deterministic) return Number.NaN;
    throw refusal('codec/cbor-nan-not-canonical', 'The one encoding of NaN is f97e00.', start);
  }

  /** Claims the items of a container before any is read, so that a false length costs nothing. */
  #enter(items: number, depth: number, start: number): void {
    if (depth >= this.#maxDepth) {
      throw refusal('codec/cbor-too-deep', `Items are nested more than ${this.#maxDepth} deep.`, start);
    }
    if (items > this.#end - this.#position) throw truncated(start);
    this.#takeItems(items, start);
  }

  #takeItems(items: number, start: number): void {
    this.#itemsLeft -= items;
    if (this.#itemsLeft < 0)
      throw refusal('codec/cbor-too-many-items', 'There are too many data items.', start);
  }
}

const leastOf = [24, 0x100, 0x1_0000, 0x1_0000_0000];

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** A float as a number, unless that number would be encoded as an integer. */
function float(value: number): number | CborFloat {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? new CborFloat(value) : value;
}

/** Why a head whose additional information is 28 to 31 can't be used. */
function unusable(initial: number, start: number): KitenError {
  const major = initial >> 5;
  if ((initial & 0x1f) < 31 || major < 2 || major === 6) {
    return refusal(
      'codec/cbor-reserved',
      'The additional information of an item is a reserved value.',
      start,
    );
  }
  if (major === 7)
    return refusal('codec/cbor-unexpected-break', 'There is a break with nothing to end.', start);
  return refusal('codec/cbor-indefinite-length', 'Items of indefinite length are refused.', start);
}

const truncated = (start: number) =>
  refusal('codec/cbor-truncated', 'The input ends before the data item does.', start);

const longFloat = (start: number) =>
  refusal('codec/cbor-not-shortest', 'A float is not in its shortest form.', start);
