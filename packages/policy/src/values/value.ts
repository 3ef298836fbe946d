/**
 * The values that Cedar expressions work on (Cedar documentation, "Supported data types").
 *
 * Primitives stand for themselves: `boolean` is Bool, `bigint` is Long (−2⁶³ … 2⁶³−1), `string` is String.
 * Everything else is an immutable object that tells itself apart by `kind`.
 */
import type { ExtensionValue } from './extension-value.ts';
import type { SetValue } from './set-value.ts';

/** A name for one entity: its type (with namespace, `A::B`) and its id. */
export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

/** An entity as a value: only its name. What is known about it comes from an `EntitySource`. */
export interface EntityValue extends EntityUid {
  readonly kind: 'entity';
}

/** A record: attribute names to values, without order. */
export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
}

/** The name that requests use for their context. */
export type CedarRecord = RecordValue;

export type PrimitiveValue = boolean | bigint | string;
export type Value = PrimitiveValue | EntityValue | SetValue | RecordValue | ExtensionValue;

export const longMinimum = -(2n ** 63n);
export const longMaximum = 2n ** 63n - 1n;

/** Whether an integer fits in a Long. */
export function fitsLong(value: bigint): boolean {
  return value >= longMinimum && value <= longMaximum;
}

/** The entity `type::"id"` as a value. */
export function entityValue(type: string, id: string): EntityValue {
  return { kind: 'entity', type, id };
}

/** A record from an object's own properties or from name–value pairs; of two with one name the later counts. */
export function recordValue(
  fields: Readonly<Record<string, Value>> | Iterable<readonly [string, Value]>,
): RecordValue {
  const pairs =
    Symbol.iterator in fields ? (fields as Iterable<readonly [string, Value]>) : Object.entries(fields);
  return { kind: 'record', fields: new Map(pairs) };
}

export const emptyRecord: RecordValue = recordValue([]);
