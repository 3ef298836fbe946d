import type { DurationValue } from '../values/extension-value.ts';
import { fitsLong } from '../values/value.ts';

const form = /^(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;
const millisecondsPerUnit = [86_400_000n, 3_600_000n, 60_000n, 1_000n, 1n] as const;
const mostDigits = 20;

/**
 * The duration a text writes: quantities of d, h, m, s, ms in that order, each at most once, with a sign before all if
 * negative; undefined if it is none or its milliseconds don't fit in a Long. (Cedar documentation, "duration")
 */
export function parseDuration(text: string): DurationValue | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign, ...quantities] = match;
  if (quantities.every((quantity) => quantity === undefined)) return undefined;
  let total = 0n;
  for (const [index, unit] of millisecondsPerUnit.entries()) {
    const digits = quantities[index]?.replace(/^0+/, '') ?? '';
    if (digits.length > mostDigits) return undefined;
    total += BigInt(digits) * unit;
  }
  const milliseconds = sign === '-' ? -total : total;
  return fitsLong(milliseconds) ? { kind: 'duration', milliseconds } : undefined;
}
