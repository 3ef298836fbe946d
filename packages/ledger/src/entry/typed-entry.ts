import { type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import { hashBytes, maxEntryBytes } from '../tree/hashing.ts';

/** The members of an entry besides its type. */
export type EntryMembers = Readonly<Record<string, CborValue>>;

/**
 * An entry of the log as one map with text keys in deterministic CBOR (RFC 8949 §4.2.1). Its member `type` tells it
 * from other kinds of entries.
 *
 * @throws KitenError `ledger/entry-too-large`.
 */
export function encodeTypedEntry(type: string, members: EntryMembers): Uint8Array {
  const bytes = encodeCbor(new Map<CborValue, CborValue>(Object.entries({ type, ...members })));
  if (bytes.length <= maxEntryBytes) return bytes;
  const message = `An entry has at most ${maxEntryBytes} bytes, this one ${bytes.length}.`;
  throw new KitenError('ledger/entry-too-large', message, { detail: { type, bytes: bytes.length } });
}

/**
 * Reads what `encodeTypedEntry` wrote with exactly these members. `read` makes the value of them, or undefined if
 * one isn't what it should be.
 *
 * @throws KitenError `ledger/entry-malformed`.
 */
export function decodeTypedEntry<Value>(
  bytes: Uint8Array,
  type: string,
  names: readonly string[],
  read: (members: EntryMembers) => Value | undefined,
): Value {
  const map = decodeMap(bytes, type);
  const isWhole = map.size === names.length + 1 && map.get('type') === type;
  const value =
    isWhole && names.every((name) => map.has(name))
      ? read(Object.fromEntries(names.map((name) => [name, map.get(name)])))
      : undefined;
  if (value === undefined) throw malformed(type);
  return value;
}

/** Whether a member is a count, a size or a time: a whole number from 0 to 2^53 − 1. */
export function isWholeNumber(value: CborValue): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a member is a hash of 32 bytes. */
export function isHash(value: CborValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length === hashBytes;
}

function decodeMap(bytes: Uint8Array, type: string): Map<CborValue, CborValue> {
  let value: CborValue;
  try {
    value = decodeCbor(bytes, { maxDepth: 1, maxItems: 64, maxBytes: maxEntryBytes });
  } catch (cause) {
    throw malformed(type, cause);
  }
  if (value instanceof Map) return value;
  throw malformed(type);
}

function malformed(type: string, cause?: unknown): KitenError {
  const message = `The entry is no ${type}: one map with just its members in deterministic CBOR.`;
  return new KitenError('ledger/entry-malformed', message, { cause, detail: { type } });
}
