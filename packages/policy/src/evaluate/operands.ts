import type { SetValue } from '../values/set-value.ts';
import { type EntityValue, fitsLong, type Value } from '../values/value.ts';
import { fail, failType } from './failure.ts';

export function asBoolean(value: Value): boolean {
  return typeof value === 'boolean' ? value : failType('bool', value);
}

export function asLong(value: Value): bigint {
  return typeof value === 'bigint' ? value : failType('long', value);
}

export function asString(value: Value): string {
  return typeof value === 'string' ? value : failType('string', value);
}

export function asSet(value: Value): SetValue {
  return typeof value === 'object' && value.kind === 'set' ? value : failType('set', value);
}

export function asEntity(value: Value): EntityValue {
  return typeof value === 'object' && value.kind === 'entity' ? value : failType('entity', value);
}

/** The result of arithmetic on Longs: a failure where it leaves 64 bits. */
export function inLong(value: bigint): bigint {
  return fitsLong(value) ? value : fail(`integer overflow: ${value} does not fit in 64 bits`);
}
