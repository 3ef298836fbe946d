import { KitenError } from '../error.ts';

/**
 * A CBOR data item (RFC 8949) as a value of the language.
 *
 * | CBOR | decoded as | encoded from |
 * |---|---|---|
 * | integer within ±(2^53 − 1) | number | safe integer, bigint |
 * | other integer, bignum (tags 2 and 3) | bigint | bigint |
 * | float that a number alone would not bring back as a float | CborFloat | CborFloat |
 * | other float | number | any other number, −0 included |
 * | byte string, text string | Uint8Array (a copy), string | the same |
 * | array, map | array, Map | the same |
 * | tag, simple value | CborTag, CborSimple | the same |
 * | false, true, null, undefined | the same | the same |
 *
 * With this, encoding what was decoded yields the same bytes again, whatever the item.
 */
export type CborValue =
  | number
  | bigint
  | string
  | Uint8Array
  | boolean
  | null
  | undefined
  | CborValue[]
  | CborMap
  | CborTag
  | CborSimple
  | CborFloat;

/** A map; byte strings, arrays and the like as keys are compared by their encoding, not by identity. */
export type CborMap = Map<CborValue, CborValue>;

/** A tagged item (RFC 8949 §3.4). Bignums, tags 2 and 3, are bigints instead. */
export class CborTag {
  readonly tag: number | bigint;
  readonly value: CborValue;

  /**
   * @param tag from 0 to 2^64 − 1; held as a number up to 2^53 − 1, as a bigint beyond.
   * @throws KitenError `codec/cbor-tag-invalid`.
   */
  constructor(tag: number | bigint, value: CborValue) {
    const valid =
      typeof tag === 'number' ? Number.isSafeInteger(tag) && tag >= 0 : tag >= 0n && tag < 1n << 64n;
    if (!valid) throw new KitenError('codec/cbor-tag-invalid', `${tag} is no CBOR tag number.`);
    this.tag = tag <= Number.MAX_SAFE_INTEGER ? Number(tag) : tag;
    this.value = value;
  }
}

/** A simple value without a meaning of its own here (RFC 8949 §3.3): 0 to 19 or 32 to 255. */
export class CborSimple {
  readonly value: number;

  /** @throws KitenError `codec/cbor-simple-invalid`. */
  constructor(value: number) {
    if (!Number.isInteger(value) || value < 0 || value > 255 || (value > 19 && value < 32)) {
      throw new KitenError('codec/cbor-simple-invalid', `${value} is no unassigned CBOR simple value.`);
    }
    this.value = value;
  }
}

/** A number that is encoded as a float even where it is an integer: the decoder yields it for 1.0, not for 1.5. */
export class CborFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** The number of an integer or float that a number can hold, or undefined: for readers to whom 1 and 1.0 are one. */
export function cborNumber(value: CborValue): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof CborFloat ? value.value : undefined;
}
