import { toHex } from '@kiten/codec';

/** As `kiten verdict check --json` prints a report: bytes as hexadecimal, since JSON has none. */
export function plainJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainJson(member)]));
}
