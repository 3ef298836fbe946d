import type { ErrorCode } from '../error.ts';

/** More digits than any finite double has before its point. */
const maxIntegerDigits = 400;

/** A number, or the code and sentence of the refusal. */
type JsonNumber = number | bigint | { readonly code: ErrorCode; readonly message: string };

/**
 * The value of a JSON number (its grammar already checked), without loss: an integer that a double can't hold
 * becomes a bigint or is refused, and so is a number that would become infinite or zero.
 *
 * An integer beyond 2^53 − 1 is taken as a number only if the double is exactly it, or if it is the very text
 * that ECMAScript writes for the double (1152921504606847000 for 2^60), so that what was written by
 * JSON.stringify can be read.
 */
export function jsonNumber(literal: string, isInteger: boolean, bigIntegers: boolean): JsonNumber {
  const value = Number(literal);
  if (isInteger && !Number.isSafeInteger(value)) return largeInteger(literal, value, bigIntegers);
  if (!Number.isFinite(value)) return outOfRange;
  if (value === 0 && /[1-9]/.test(mantissa(literal))) return outOfRange;
  return value;
}

function largeInteger(literal: string, value: number, bigIntegers: boolean): JsonNumber {
  if (literal.length > maxIntegerDigits) return outOfRange;
  if (bigIntegers) return BigInt(literal);
  if (!Number.isFinite(value)) return outOfRange;
  if (String(value) === literal || BigInt(value) === BigInt(literal)) return value;
  return {
    code: 'codec/json-number-inexact',
    message: 'An integer is beyond 2^53 − 1 and would be rounded.',
  };
}

const mantissa = (literal: string): string => literal.split(/e/i, 1)[0]!;

const outOfRange = {
  code: 'codec/json-number-range',
  message: 'A number is too large or too small to be represented.',
} as const;
