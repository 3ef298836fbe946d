import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { unverifiedPack } from '../freshness/signed-pack.ts';
import { decodeSenmlCbor, decodeSenmlJson } from '../senml/decode-senml.ts';
import type { SenmlRecord } from '../senml/record.ts';
import { resolveSenml } from '../senml/resolve-senml.ts';
import { isUnit } from '../series/unit.ts';
import type { PayloadForm } from '../streams/declaration.ts';
import { csvNumbers, numberForm } from '../streams/number-text.ts';

/** How a message may hold readings, with the number in each place where there is one. */
export interface PayloadShape {
  readonly form: PayloadForm;
  readonly values: ReadonlyMap<string, number>;
  readonly rows: number;
  /** What they are measured in, where it says so. */
  readonly units?: ReadonlyMap<string, string>;
  /** What a signed pack calls its stream. */
  readonly stream?: string;
}

const mostFields = 64;
const mostDepth = 4;
const mostPointer = 128;
const limits = { maxBytes: 16 * 1024, maxDepth: 16 };

/** @param at milliseconds since the Unix epoch; `undefined`: no readings are to be seen in it */
export function shapeOf(payload: Uint8Array, at: number): PayloadShape | undefined {
  try {
    const [first = 0, second = 0] = payload;
    if (isSign1(first, second)) return packShape(payload, at);
    if (first >= 0x80 && first <= 0x9f) return senmlShape(decodeSenmlCbor(payload), at);
    const text = decodeUtf8(payload);
    if (numberForm.test(text)) return shape('number', new Map([['value', Number(text)]]));
    const columns = csvNumbers(text);
    if (columns.length > 1)
      return shape('csv', new Map(columns.map((value, column) => [String(column + 1), value])));
    const value = parseJsonStrict(text, limits);
    if (isSenml(value)) return senmlShape(decodeSenmlJson(payload), at);
    const found = new Map<string, number>();
    collect(value, '', 0, found);
    return shape('json', found);
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** COSE_Sign1 (RFC 9052 §4.2), tagged or an array of four that begins with a byte string; SenML is an array of maps. */
function isSign1(first: number, second: number): boolean {
  return first === 0xd2 || (first === 0x84 && second >= 0x40 && second <= 0x5f);
}

/** Of the moment when it came, not of the one that it says: nothing of it is verified. */
function packShape(payload: Uint8Array, at: number): PayloadShape | undefined {
  const { stream, records } = unverifiedPack(payload);
  const readings = senmlShape(records, at);
  return readings === undefined ? undefined : { ...readings, form: 'pack', stream };
}

function isSenml(value: unknown): boolean {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof first === 'object' && first !== null && ('n' in first || 'bn' in first);
}

function senmlShape(records: readonly SenmlRecord[], at: number): PayloadShape | undefined {
  const resolved = resolveSenml(records, at / 1000);
  const values = new Map<string, number>();
  const units = new Map<string, string>();
  for (const { name, value, unit } of resolved) {
    if (typeof value !== 'number' || values.size >= mostFields || name.length > mostPointer) continue;
    values.set(name, value);
    if (unit !== undefined && isUnit(unit)) units.set(name, unit);
  }
  const found = shape('senml', values, new Set(resolved.map(({ time }) => time)).size);
  return found && { ...found, units };
}

function collect(value: unknown, pointer: string, depth: number, into: Map<string, number>): void {
  if (into.size >= mostFields || pointer.length > mostPointer) return;
  if (typeof value === 'number' && pointer !== '') into.set(pointer, value);
  if (typeof value !== 'object' || value === null || depth === mostDepth) return;
  for (const [key, inner] of Object.entries(value))
    collect(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1, into);
}

function shape(form: PayloadForm, values: ReadonlyMap<string, number>, rows = 1): PayloadShape | undefined {
  return values.size === 0 ? undefined : { form, values, rows };
}
