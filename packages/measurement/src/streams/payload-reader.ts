import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { decodeSenmlCbor, decodeSenmlJson } from '../senml/decode-senml.ts';
import type { SenmlRecord } from '../senml/record.ts';
import { resolveSenml } from '../senml/resolve-senml.ts';
import { isUnit } from '../series/unit.ts';
import type { StreamDeclaration } from './declaration.ts';
import { compilePointer } from './json-pointer.ts';
import { csvNumbers, numberForm } from './number-text.ts';

/** Readings of one moment, a number a channel; NaN: missing. */
export interface ReadRow {
  /** Milliseconds since the Unix epoch; `undefined` if the message does not say. */
  readonly at: number | undefined;
  readonly values: Float64Array;
}

/** What a message says. */
export interface ReadMessage {
  readonly rows: readonly ReadRow[];
  /** What each channel is measured in, where the message says so; '' where it does not. */
  readonly units?: readonly string[];
  /** What its source says of when it was, for freshness. */
  readonly pack?: { readonly sequence: number; readonly signedAt: number };
}

export interface MessageToRead {
  readonly payload: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** The channel that the topic names. */
  readonly channel: string | undefined;
}

/** Reads the messages of a declaration. @throws KitenError `measurement/readings-unreadable`, `measurement/pack-…` */
export type PayloadReader = (message: MessageToRead) => ReadMessage;

const maxBytes = 256 * 1024;

export function payloadReader(declaration: StreamDeclaration): PayloadReader {
  const { form, fields } = declaration;
  if (form === 'json') return jsonReader(declaration);
  if (form === 'csv') return csvReader(fields);
  const places = new Map(fields.map((field, at) => [field, at]));
  if (form === 'number')
    return ({ payload, channel = '' }) => {
      const values = missing(fields.length);
      const place = places.get(channel);
      // Another topic below the same filter is no channel.
      if (place === undefined) return { rows: [] };
      values[place] = numberIn(payload);
      return { rows: [{ at: undefined, values }] };
    };
  return ({ payload, at }) => senmlRows(recordsIn(payload), places, at);
}

function jsonReader({ fields, sequence, time }: StreamDeclaration): PayloadReader {
  const pointers = fields.map(compilePointer);
  const sequenceIn = sequence === undefined ? undefined : compilePointer(sequence);
  const timeIn = time === undefined ? undefined : compilePointer(time);
  return ({ payload }) => {
    const value = jsonIn(payload);
    const values = Float64Array.from(pointers, (pointer) => numberOf(pointer(value)));
    if (values.every(Number.isNaN)) throw unreadable('none of the channels is in it');
    if (sequenceIn === undefined || timeIn === undefined) return { rows: [{ at: undefined, values }] };
    const [count, seconds] = [sequenceIn(value), timeIn(value)];
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
      throw unreadable('its sequence is no whole number');
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < 2 ** 40))
      throw unreadable('its time is not in seconds since 1970');
    const signedAt = Math.round(seconds * 1000);
    return { rows: [{ at: signedAt, values }], pack: { sequence: count, signedAt } };
  };
}

/** Columns are counted from 1. */
function csvReader(fields: readonly string[]): PayloadReader {
  const columns = fields.map((field) => Number(field) - 1);
  return ({ payload }) => {
    const numbers = csvNumbers(decodeUtf8(payload));
    const values = Float64Array.from(columns, (column) => numberOf(numbers[column]));
    if (values.every(Number.isNaN)) throw unreadable('none of the channels is in it');
    return { rows: [{ at: undefined, values }] };
  };
}

/** Readings of the same moment are one row; those of channels that nobody asked for are passed over. A channel has one unit. */
export function senmlRows(
  records: readonly SenmlRecord[],
  places: ReadonlyMap<string, number>,
  at: number,
): Pick<ReadMessage, 'rows' | 'units'> {
  const rows = new Map<number, Float64Array>();
  const units = new Array<string>(places.size).fill('');
  for (const { name, value, time, unit } of resolveSenml(records, at / 1000)) {
    const place = places.get(name);
    if (place === undefined) continue;
    const row = rows.get(time) ?? missing(places.size);
    row[place] = numberOf(value);
    rows.set(time, row);
    if (unit !== undefined) units[place] = oneUnit(name, unit, units[place]);
  }
  if (rows.size === 0) throw unreadable('none of the channels is in it');
  const inOrder = [...rows].sort(([one], [other]) => one - other);
  return { units, rows: inOrder.map(([seconds, values]) => ({ at: Math.round(seconds * 1000), values })) };
}

function oneUnit(name: string, unit: string, before = ''): string {
  if (!isUnit(unit)) throw unreadable(`the unit of “${name.slice(0, 40)}” is none`);
  if (before !== '' && before !== unit)
    throw unreadable(`“${name.slice(0, 40)}” is in ${before}, and in ${unit} as well`);
  return unit;
}

function recordsIn(payload: Uint8Array): readonly SenmlRecord[] {
  // An array in CBOR begins with 0x80 to 0x9f; in JSON with a bracket, or a blank before it.
  const first = payload[0] ?? 0;
  return first >= 0x80 ? decodeSenmlCbor(payload) : decodeSenmlJson(payload);
}

function jsonIn(payload: Uint8Array): unknown {
  try {
    return parseJsonStrict(decodeUtf8(payload), { maxBytes, maxDepth: 16 });
  } catch (cause) {
    if (cause instanceof KitenError) throw unreadable(`it is no JSON: ${cause.message}`, cause);
    throw cause;
  }
}

function numberIn(payload: Uint8Array): number {
  const text = payload.length > 64 ? '' : decodeUtf8(payload);
  const value = numberForm.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw unreadable('it is no number');
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  return typeof value === 'boolean' ? Number(value) : Number.NaN;
}

function missing(count: number): Float64Array {
  return new Float64Array(count).fill(Number.NaN);
}

export function unreadable(why: string, cause?: unknown): KitenError {
  return new KitenError('measurement/readings-unreadable', `These are no readings: ${why}.`, { cause });
}
