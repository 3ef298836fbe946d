import { KitenError } from '@kiten/codec';
import { fitsLong } from '../values/value.ts';
import { placeOf } from './place.ts';
import { type Token, tokenize } from './tokens.ts';

/**
 * Cedar's engine hands JSON out as JavaScript numbers, which round integers beyond 2⁵³. So that none is lost, every such
 * integer of the text is replaced before parsing by a stand-in that survives: an integer that occurs nowhere else, padded
 * with zeros to the same length so that places in the text stay right. Afterwards the stand-ins are put back.
 */
export interface ExactIntegers {
  /** The text with stand-ins. */
  readonly text: string;
  /** Parsed JSON with every stand-in replaced by the integer itself, as bigint. @throws {KitenError} `policy/parse-failed` */
  restore<T>(json: T): T;
}

export function protectIntegers(text: string): ExactIntegers {
  const integers = tokenize(text).filter(({ kind }) => kind === 'integer');
  const taken = new Set(integers.map((token) => BigInt(token.text)));
  const originals = new Map<number, Token>();
  let candidate = Number.MAX_SAFE_INTEGER;
  let [result, copied] = ['', 0];
  for (const token of integers) {
    if (BigInt(token.text) <= BigInt(Number.MAX_SAFE_INTEGER)) continue;
    while (taken.has(BigInt(candidate))) candidate--;
    originals.set(candidate, token);
    result += text.slice(copied, token.start) + String(candidate).padStart(token.text.length, '0');
    copied = token.start + token.text.length;
    candidate--;
  }
  const exact = (value: number) => {
    const token = originals.get(Math.abs(value));
    return token === undefined ? value : originalOf(token, value < 0, text);
  };
  return {
    text: result + text.slice(copied),
    restore: (json) => (originals.size === 0 ? json : replace(json, exact)),
  };
}

function originalOf(token: Token, negative: boolean, text: string): bigint {
  const value = negative ? -BigInt(token.text) : BigInt(token.text);
  if (fitsLong(value)) return value;
  const { line, column } = placeOf(text, token.start);
  throw new KitenError(
    'policy/parse-failed',
    `Line ${line}, column ${column}: ${value} does not fit in 64 bits.`,
    {
      detail: { line, column },
    },
  );
}

/** Numbers occur in the JSON form of a policy only as literals, under `Value`. */
function replace<T>(json: T, exact: (value: number) => number | bigint): T {
  if (typeof json === 'number') return exact(json) as T;
  if (Array.isArray(json)) return json.map((element) => replace(element, exact)) as T;
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, replace(value, exact)])) as T;
}
