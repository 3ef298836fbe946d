import { encodeUtf8, equalBytes } from '@kiten/codec';

/**
 * What stands in an atom: a text of at most 256 bytes in UTF-8, an integer within ±(2^53 − 1), or at most 64 bytes.
 * Terms are equal if type and value are (docs/verdict-bundle.md, Conventions).
 */
export type Term = string | number | Uint8Array;

/** A predicate and what it holds of, 24 terms at most, the predicate among them. */
export type Atom = readonly [predicate: string, ...terms: Term[]];

/** Bounds of docs/verdict-bundle.md, Conventions. */
export const atomLimits = { terms: 24, textBytes: 256, bytes: 64 } as const;

/** The instant at which what never lapses does: 2^53 − 1. */
export const never = Number.MAX_SAFE_INTEGER;

/** Whether a value can stand in an atom. */
export function isTerm(value: unknown): value is Term {
  if (typeof value === 'string') return isShortText(value);
  // −0 would be encoded as a float.
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  return value instanceof Uint8Array && value.length <= atomLimits.bytes;
}

/** Whether a value is an atom: 1 to 24 terms, the first a text. */
export function isAtom(value: unknown): value is Atom {
  return (
    Array.isArray(value) &&
    value.length <= atomLimits.terms &&
    typeof value[0] === 'string' &&
    value.every(isTerm)
  );
}

export function sameTerm(left: Term, right: Term): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return equalBytes(left, right);
  return left === right;
}

function isShortText(text: string): boolean {
  if (text.length > atomLimits.textBytes || !text.isWellFormed()) return false;
  // Below a third of the bound no text can exceed it: a UTF-16 unit takes at most three bytes.
  return text.length * 3 <= atomLimits.textBytes || encodeUtf8(text).length <= atomLimits.textBytes;
}
