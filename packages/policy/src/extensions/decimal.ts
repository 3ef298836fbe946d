import type { DecimalValue } from '../values/extension-value.ts';
import { fitsLong } from '../values/value.ts';

const scale = 10_000n;
const form = /^(-?)0*([0-9]+)\.([0-9]{1,4})$/;
const mostWholeDigits = 19;

/**
 * The decimal a text writes: a sign if negative, digits, a point, one to four digits; undefined if it is none or its
 * ten-thousandths don't fit in a Long. (Cedar documentation, "decimal")
 */
export function parseDecimal(text: string): DecimalValue | undefined {
  const [, sign, whole = '', fraction = ''] = form.exec(text) ?? [];
  if (sign === undefined || whole.length > mostWholeDigits) return undefined;
  const magnitude = BigInt(whole) * scale + BigInt(fraction.padEnd(4, '0'));
  const units = sign === '-' ? -magnitude : magnitude;
  return fitsLong(units) ? { kind: 'decimal', units } : undefined;
}

/** The decimal with as few digits after the point as it needs, at least one. */
export function formatDecimal({ units }: DecimalValue): string {
  const magnitude = units < 0n ? -units : units;
  const fraction = String(magnitude % scale)
    .padStart(4, '0')
    .replace(/0{1,3}$/, '');
  return `${units < 0n ? '-' : ''}${magnitude / scale}.${fraction}`;
}
