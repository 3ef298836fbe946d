import type { Value } from './value.ts';

/**
 * Cedar's `==`: total, never an error; values of different types are unequal.
 * An IP range equals another only with the same host bits and prefix; a decimal, datetime or duration by its number.
 */
export function equalValues(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object') return false;
  switch (left.kind) {
    case 'entity':
      return right.kind === 'entity' && left.id === right.id && left.type === right.type;
    case 'set':
      return right.kind === 'set' && left.size === right.size && left.includes(right);
    case 'record':
      return right.kind === 'record' && equalFields(left.fields, right.fields);
    case 'ipaddr':
      return (
        right.kind === 'ipaddr' &&
        left.bits === right.bits &&
        left.address === right.address &&
        left.prefix === right.prefix
      );
    case 'decimal':
      return right.kind === 'decimal' && left.units === right.units;
    case 'datetime':
    case 'duration':
      return right.kind === left.kind && left.milliseconds === right.milliseconds;
  }
}

function equalFields(left: ReadonlyMap<string, Value>, right: ReadonlyMap<string, Value>): boolean {
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** A text that two values share if and only if they are equal: what sets find their members by. */
export function canonicalKey(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return String(value);
    case 'string':
      return JSON.stringify(value);
  }
  switch (value.kind) {
    case 'entity':
      return `${value.type}::${JSON.stringify(value.id)}`;
    case 'set':
      return `[${value.elements.map(canonicalKey).sort().join()}]`;
    case 'record':
      return `{${Array.from(value.fields, ([name, field]) => `${JSON.stringify(name)}:${canonicalKey(field)}`)
        .sort()
        .join()}}`;
    case 'ipaddr':
      return `ip(${value.bits},${value.address}/${value.prefix})`;
    case 'decimal':
      return `decimal(${value.units})`;
    default:
      return `${value.kind}(${value.milliseconds})`;
  }
}
