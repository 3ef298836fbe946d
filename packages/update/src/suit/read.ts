import {
  type CborMap,
  type CborValue,
  type DecodeCborOptions,
  decodeCbor,
  type ErrorCode,
  KitenError,
} from '@kiten/codec';
import { malformed, refusal } from './refusal.ts';

const shallow = { maxDepth: 8, maxItems: 65_536 } as const;

/** What each refusal of the CBOR decoder is called here. */
const names: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  'codec/cbor-truncated': ['update/suit-truncated', 'The CBOR ends too early.'],
  'codec/cbor-trailing-bytes': ['update/suit-trailing-bytes', 'The CBOR goes on behind its end.'],
  'codec/cbor-duplicate-key': ['update/suit-duplicate-key', 'The CBOR has a key twice.'],
  'codec/cbor-key-order': [
    'update/suit-not-canonical',
    'The CBOR has its keys in another order than the canonical one.',
  ],
  'codec/cbor-not-shortest': [
    'update/suit-not-canonical',
    'The CBOR has a number or length longer than it needs to be.',
  ],
  'codec/cbor-indefinite-length': ['update/suit-not-canonical', 'The CBOR has an indefinite length.'],
  'codec/cbor-nan-not-canonical': [
    'update/suit-not-canonical',
    'The CBOR has a number in another form than the canonical one.',
  ],
  'codec/cbor-too-deep': ['update/suit-nesting', 'The CBOR nests too deep.'],
  'codec/cbor-too-many-items': ['update/suit-too-large', 'The CBOR has too many items.'],
  'codec/cbor-too-large': ['update/suit-too-large', 'The CBOR is too long.'],
};

/**
 * Decodes one item in the deterministic encoding and nothing behind it.
 *
 * @throws KitenError `update/suit-truncated`, `-trailing-bytes`, `-duplicate-key`, `-not-canonical`, `-nesting`,
 * `-too-large` or `-malformed`, with codec's refusal as its cause.
 */
export function decodeItem(what: string, bytes: Uint8Array, options: DecodeCborOptions = {}): CborValue {
  try {
    return decodeCbor(bytes, { ...shallow, maxBytes: bytes.length, ...options });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    const [code, says] = names[cause.code] ?? ['update/suit-malformed', 'The CBOR is not well-formed.'];
    throw refusal(code, `${what} cannot be read. ${says}`, cause.detail, cause);
  }
}

export function asMap(what: string, value: CborValue): CborMap {
  if (value instanceof Map) return value;
  throw malformed(`${what} is no map.`);
}

export function asList(what: string, value: CborValue): readonly CborValue[] {
  if (Array.isArray(value)) return value;
  throw malformed(`${what} is no array.`);
}

export function asBytes(what: string, value: CborValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed(`${what} is no byte string.`);
}

export function asText(what: string, value: CborValue): string {
  if (typeof value === 'string') return value;
  throw malformed(`${what} is no text.`);
}

/** An unsigned integer up to 2^53 − 1. */
export function asCount(what: string, value: CborValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(`${what} is no unsigned integer up to 2^53 − 1.`);
}

export function asInteger(what: string, value: CborValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw malformed(`${what} is no integer within ±(2^53 − 1).`);
}
