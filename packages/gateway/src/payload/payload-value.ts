import { isUtf8 } from 'node:buffer';
import {
  CborFloat,
  CborSimple,
  CborTag,
  type CborValue,
  decodeCbor,
  KitenError,
  parseJsonStrict,
  toBase64Url,
} from '@kiten/codec';

const deepest = 32;

/**
 * The value of a payload, for a schema to look at; `undefined` for text.
 *
 * @throws KitenError `codec/json-…`, `codec/cbor-…`, `gateway/payload-text`, `gateway/payload-item`
 */
export function payloadValue(payload: Buffer, format: 'text' | 'json' | 'cbor'): unknown {
  const maxBytes = Math.max(payload.length, 1);
  if (format === 'cbor') return plain(cborValue(payload));
  if (!isUtf8(payload)) throw new KitenError('gateway/payload-text', 'The payload is not well-formed UTF-8.');
  return format === 'json'
    ? parseJsonStrict(payload.toString('utf8'), { maxDepth: deepest, maxBytes })
    : undefined;
}

/** One item of CBOR, whatever it is. @throws KitenError `codec/cbor-…` */
export function cborValue(payload: Buffer): CborValue {
  const maxBytes = Math.max(payload.length, 1);
  return decodeCbor(payload, { maxDepth: deepest, maxBytes, deterministic: false });
}

/** CBOR as JSON has it (RFC 8949 §6.1). */
function plain(value: CborValue): unknown {
  if (value instanceof Uint8Array) return toBase64Url(value);
  if (value instanceof CborFloat) return value.value;
  if (value instanceof CborTag) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return record(value);
  if (value === undefined || value instanceof CborSimple || typeof value === 'bigint') {
    throw new KitenError('gateway/payload-item', 'The payload has a CBOR item that JSON has nothing for.');
  }
  return value;
}

function record(map: ReadonlyMap<CborValue, CborValue>): object {
  const entries = [...map].map(([key, value]) => {
    if (typeof key === 'string') return [key, plain(value)] as const;
    throw new KitenError('gateway/payload-item', 'The payload has a CBOR map whose key is no text.');
  });
  // As own properties, whatever their names.
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}
