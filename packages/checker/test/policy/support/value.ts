import { type Ip, readIp } from '../../../src/policy/extension.ts';
import type { Type } from '../../../src/policy/schema.ts';

/** A value, as the test's own evaluator has it. Numbers are of the number kinds, entities under their type with @. */
export type Value =
  | Readonly<{ kind: 'Bool'; is: boolean }>
  | Readonly<{ kind: 'String'; text: string }>
  | Readonly<{ kind: 'ipaddr'; range: Ip }>
  | Readonly<{ kind: 'set'; elements: readonly Value[] }>
  | Readonly<{ kind: 'record'; members: ReadonlyMap<string, Value> }>
  | Readonly<{ kind: 'number'; unit: string; number: bigint }>
  | Readonly<{ kind: 'entity'; type: string; id: string }>;

/** Equal values have the same key. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'Bool':
      return String(value.is);
    case 'String':
      return JSON.stringify(value.text);
    case 'ipaddr':
      return value.range.join('/');
    case 'number':
      return `${value.unit}:${value.number}`;
    case 'entity':
      return `${value.type}::"${value.id}"`;
    case 'set':
      return `[${[...new Set(value.elements.map(keyOf))].sort().join()}]`;
    case 'record':
      return `{${[...value.members]
        .map(([name, member]) => `${name}=${keyOf(member)}`)
        .sort()
        .join()}}`;
  }
}

export const kindOf = (value: Value): string =>
  value.kind === 'number' ? value.unit : value.kind === 'entity' ? `@${value.type}` : value.kind;

/** Any value of a type, for what is not there. */
export function anyOf(type: Type): Value {
  switch (type.kind) {
    case 'Bool':
      return { kind: 'Bool', is: true };
    case 'String':
      return { kind: 'String', text: 'x' };
    case 'ipaddr':
      return { kind: 'ipaddr', range: readIp('10.0.0.1')! };
    case 'set':
      return { kind: 'set', elements: [] };
    case 'record':
      return {
        kind: 'record',
        members: new Map(
          [...type.attributes!].flatMap(([name, one]) => (one.isRequired ? [[name, anyOf(one.type)]] : [])),
        ),
      };
    default:
      if (type.kind === '@N::Color') return { kind: 'entity', type: 'N::Color', id: 'red' };
      if (type.kind.startsWith('@')) return { kind: 'entity', type: type.kind.slice(1), id: 'any' };
      return { kind: 'number', unit: type.kind, number: 1n };
  }
}
