import { encodeCbor } from './encode.ts';
import { refusal } from './refusal.ts';
import type { CborValue } from './value.ts';

/** Deterministic maps: each key's encoding is above the one before it (RFC 8949 §4.2.1). */
export class AscendingKeys {
  readonly #bytes: Uint8Array;
  #start = 0;
  #end = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  check(_key: CborValue, start: number, end: number): void {
    const order = compareRanges(this.#bytes, this.#start, this.#end, start, end);
    if (order === 0) throw duplicateKey(start);
    if (order > 0)
      throw refusal('codec/cbor-key-order', 'The keys of a map are not in bytewise order.', start);
    this.#start = start;
    this.#end = end;
  }
}

/** Other maps: one key may be written in several ways, so that their deterministic encodings are compared. */
export class DistinctKeys {
  readonly #seen = new Set<string>();

  check(key: CborValue, start: number): void {
    const identity = typeof key === 'string' ? `"${key}` : encodeCbor(key).join();
    if (this.#seen.has(identity)) throw duplicateKey(start);
    this.#seen.add(identity);
  }
}

function compareRanges(
  bytes: Uint8Array,
  left: number,
  leftEnd: number,
  right: number,
  rightEnd: number,
): number {
  const shared = Math.min(leftEnd - left, rightEnd - right);
  for (let index = 0; index < shared; index += 1) {
    const difference = bytes[left + index]! - bytes[right + index]!;
    if (difference !== 0) return difference;
  }
  return leftEnd - left - (rightEnd - right);
}

const duplicateKey = (start: number) =>
  refusal('codec/cbor-duplicate-key', 'A key occurs twice in one map.', start);
