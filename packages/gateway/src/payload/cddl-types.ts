import { CborFloat, CborSimple, CborTag, type CborValue, compareBytes } from '@kiten/codec';

/** Whether a value is of a type. */
export type Fits = (value: CborValue) => boolean;

/** An entry of an array or map: how often it may occur, its key in a map, and its type. */
export interface Entry {
  readonly least: number;
  readonly most: number;
  /** A literal key, or the type of keys. */
  readonly key: { readonly literal: string | number } | { readonly type: Fits } | undefined;
  readonly type: Fits;
}

const isInteger = (value: CborValue): boolean =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
const isFloat = (value: CborValue): boolean =>
  value instanceof CborFloat || (typeof value === 'number' && !Number.isInteger(value));
const isText = (value: CborValue): boolean => typeof value === 'string';
const isBytes = (value: CborValue): boolean => value instanceof Uint8Array;
const isNumber = (value: CborValue): boolean => isInteger(value) || isFloat(value);

/** What every specification may name (RFC 8610, appendix D), as far as it is bounded. */
export const prelude: Readonly<Record<string, Fits>> = {
  any: () => true,
  uint: (value) => isInteger(value) && (value as number) >= 0,
  nint: (value) => isInteger(value) && (value as number) < 0,
  int: isInteger,
  integer: isInteger,
  bstr: isBytes,
  bytes: isBytes,
  tstr: isText,
  text: isText,
  float: isFloat,
  float16: isFloat,
  float32: isFloat,
  float64: isFloat,
  number: isNumber,
  bool: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  nil: (value) => value === null,
  null: (value) => value === null,
  undefined: (value) => value === undefined,
  tdate: tagged(0, isText),
  time: tagged(1, isNumber),
};

export function tagged(tag: number, type: Fits): Fits {
  return (value) => value instanceof CborTag && value.tag === tag && type(value.value);
}

/** A number, text or byte string as it stands; 1 is no 1.0. */
export function literal(expected: number | string | Uint8Array, isFloatLiteral = false): Fits {
  if (expected instanceof Uint8Array)
    return (value) => value instanceof Uint8Array && compareBytes(value, expected) === 0;
  if (typeof expected === 'string') return (value) => value === expected;
  return (value) => numeric(value) === expected && isFloat(value) === isFloatLiteral;
}

/** Within bounds; integers where the bounds are integers, floats where they are floats. */
export function ranged(least: number, most: number, isOpen: boolean, isFloatRange: boolean): Fits {
  return (value) => {
    const number = numeric(value);
    if (number === undefined || isFloat(value) !== isFloatRange) return false;
    return number >= least && (isOpen ? number < most : number <= most);
  };
}

/** Bytes of a text or byte string, and of what an unsigned integer takes (RFC 8610 §3.8.1). */
export function sized(type: Fits, least: number, most: number): Fits {
  return (value) => {
    if (!type(value)) return false;
    if (typeof value === 'string') return isWithin(Buffer.byteLength(value), least, most);
    if (value instanceof Uint8Array) return isWithin(value.length, least, most);
    if (!isInteger(value) || (value as number) < 0) return false;
    return most >= 8 || BigInt(value as number) < 1n << BigInt(8 * most);
  };
}

export function compared(type: Fits, operator: string, bound: number): Fits {
  return (value) => {
    const number = numeric(value);
    if (number === undefined || !type(value)) return false;
    switch (operator) {
      case '.lt':
        return number < bound;
      case '.le':
        return number <= bound;
      case '.gt':
        return number > bound;
      case '.ge':
        return number >= bound;
      case '.eq':
        return number === bound;
      default:
        return number !== bound;
    }
  };
}

/** A map: literal keys by themselves, every other key by one of the types of keys. */
export function mapOf(entries: readonly Entry[]): Fits {
  const named = new Map(
    entries.flatMap((one) => (one.key !== undefined && 'literal' in one.key ? [[one.key.literal, one]] : [])),
  );
  const open = entries.filter(({ key }) => key !== undefined && 'type' in key);
  return (value) => {
    if (!(value instanceof Map)) return false;
    const counts = new Map<Entry, number>();
    for (const [key, content] of value) {
      const own = typeof key === 'string' || typeof key === 'number' ? named.get(key) : undefined;
      const found = own ?? open.find((one) => (one.key as { type: Fits }).type(key) && one.type(content));
      if (found === undefined || !found.type(content)) return false;
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
    return entries.every((one) => isWithin(counts.get(one) ?? 0, one.least, one.most));
  };
}

/** An array: its entries in order, each as often as it may occur. In time that grows with items times entries. */
export function arrayOf(entries: readonly Entry[]): Fits {
  return (value) => {
    if (!Array.isArray(value)) return false;
    let reached = new Uint8Array(value.length + 1);
    reached[0] = 1;
    for (const entry of entries) reached = after(entry, value, reached);
    return reached[value.length] === 1;
  };
}

/** Where in the array one may be after an entry, from wherever one may have been before it. */
function after(
  { least, most, type }: Entry,
  items: readonly CborValue[],
  from: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const starts = new Int32Array(items.length + 2);
  let run = 0;
  for (let at = items.length; at >= 0; at--) {
    run = at < items.length && type(items[at] as CborValue) ? run + 1 : 0;
    if (from[at] !== 1 || run < least) continue;
    // All places from here to there.
    starts[at + least] = (starts[at + least] as number) + 1;
    const beyond = at + Math.min(run, most) + 1;
    starts[beyond] = (starts[beyond] as number) - 1;
  }
  const reached = new Uint8Array(items.length + 1);
  let open = 0;
  for (let at = 0; at <= items.length; at++) {
    open += starts[at] as number;
    if (open > 0) reached[at] = 1;
  }
  return reached;
}

function numeric(value: CborValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof CborFloat ? value.value : undefined;
}

function isWithin(count: number, least: number, most: number): boolean {
  return count >= least && count <= most;
}

/** `#`: anything but what CBOR leaves unassigned. */
export const anything: Fits = (value) => !(value instanceof CborSimple);
