import { formatDecimal } from '../extensions/decimal.ts';
import { formatIpAddress } from '../extensions/ip-address.ts';
import type { ExtensionValue } from '../values/extension-value.ts';
import type { EntityUid, Value } from '../values/value.ts';

/** JSON as this package reads and writes it: integers beyond 2^53 stand as bigint. */
export type ExactJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** A value in Cedar's JSON form, with all escapes. */
export function valueToJson(value: Value): ExactJson {
  if (typeof value === 'bigint') return longToJson(value);
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'entity':
      return { __entity: uidToJson(value) };
    case 'set':
      return value.elements.map(valueToJson);
    case 'record':
      return fieldsToJson(value.fields);
    default:
      return { __extn: extensionToJson(value) };
  }
}

export function uidToJson({ type, id }: EntityUid): { readonly type: string; readonly id: string } {
  return { type, id };
}

export function fieldsToJson(fields: ReadonlyMap<string, Value>): { readonly [name: string]: ExactJson } {
  return Object.fromEntries(Array.from(fields, ([name, field]) => [name, valueToJson(field)]));
}

function longToJson(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function extensionToJson(value: ExtensionValue): ExactJson {
  switch (value.kind) {
    case 'ipaddr':
      return { fn: 'ip', arg: formatIpAddress(value) };
    case 'decimal':
      return { fn: 'decimal', arg: formatDecimal(value) };
    case 'duration':
      return { fn: 'duration', arg: `${value.milliseconds}ms` };
    case 'datetime':
      return datetimeToJson(value.milliseconds);
  }
}

const [yearZero, yearTenThousand] = [-62_167_219_200_000n, 253_402_300_800_000n];

/** Beyond the years that `datetime` can write, an instant is so long after 1970. */
function datetimeToJson(milliseconds: bigint): ExactJson {
  if (milliseconds >= yearZero && milliseconds < yearTenThousand)
    return { fn: 'datetime', arg: new Date(Number(milliseconds)).toISOString() };
  const since = { __extn: { fn: 'duration', arg: `${milliseconds}ms` } };
  return { fn: 'offset', args: [{ __extn: { fn: 'datetime', arg: '1970-01-01' } }, since] };
}
