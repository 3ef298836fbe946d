import { canonicalKey } from './equality.ts';
import type { PrimitiveValue, Value } from './value.ts';

/**
 * A set without order or duplicates. Primitives are found by a native `Set` (which compares bigints by value);
 * entities, records, sets and extension values by their canonical key.
 */
export class SetValue {
  readonly kind = 'set';
  readonly elements: readonly Value[];
  readonly #primitives = new Set<PrimitiveValue>();
  readonly #keys = new Set<string>();

  constructor(elements: Iterable<Value>) {
    const distinct: Value[] = [];
    for (const element of elements) {
      if (this.has(element)) continue;
      if (typeof element === 'object') this.#keys.add(canonicalKey(element));
      else this.#primitives.add(element);
      distinct.push(element);
    }
    this.elements = distinct;
  }

  get size(): number {
    return this.elements.length;
  }

  has(value: Value): boolean {
    return typeof value === 'object' ? this.#hasObject(value) : this.#primitives.has(value);
  }

  /** Whether every element of the other set is in this one. */
  includes(other: SetValue): boolean {
    return other.elements.every((element) => this.has(element));
  }

  /** Whether some element of the other set is in this one. */
  intersects(other: SetValue): boolean {
    return other.elements.some((element) => this.has(element));
  }

  #hasObject(value: Exclude<Value, PrimitiveValue>): boolean {
    return this.#keys.size > 0 && this.#keys.has(canonicalKey(value));
  }
}

/** A set of the given values; duplicates are dropped. */
export function setValue(elements: Iterable<Value>): SetValue {
  return new SetValue(elements);
}
