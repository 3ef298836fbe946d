import {
  type CborMap,
  type CborValue,
  type DecodeCborOptions,
  decodeCbor,
  type ErrorCode,
  KitenError,
} from '@kiten/codec';

/** Reads typed parts of CBOR; what is not as it should be is refused with one code and sentence. */
export class CborShape {
  readonly #code: ErrorCode;
  readonly #sentence: string;

  constructor(code: ErrorCode, sentence: string) {
    this.#code = code;
    this.#sentence = sentence;
  }

  decode(bytes: Uint8Array, options?: DecodeCborOptions): CborValue {
    try {
      return decodeCbor(bytes, options);
    } catch (cause) {
      throw this.refusal(cause);
    }
  }

  octets(value: CborValue): Uint8Array {
    if (value instanceof Uint8Array) return value;
    throw this.refusal();
  }

  text(value: CborValue, maximum = 1024): string {
    if (typeof value === 'string' && value.length <= maximum) return value;
    throw this.refusal();
  }

  count(value: CborValue): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.refusal();
  }

  array(value: CborValue, least = 0, most = 65_536): readonly CborValue[] {
    if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
    throw this.refusal();
  }

  map(value: CborValue): CborMap {
    if (value instanceof Map) return value;
    throw this.refusal();
  }

  refusal(cause?: unknown): KitenError {
    if (cause !== undefined && !(cause instanceof KitenError)) throw cause;
    return new KitenError(this.#code, this.#sentence, cause === undefined ? {} : { cause });
  }
}
