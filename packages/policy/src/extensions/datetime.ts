import type { DatetimeValue } from '../values/extension-value.ts';

const form =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?$/;

/**
 * The instant a text writes: a date, or a date and time with Z or an offset of hours and minutes; undefined if it is
 * none or no day or time of the calendar. No leap seconds, no 24:00. (Cedar documentation, "datetime")
 */
export function parseDatetime(text: string): DatetimeValue | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second, millisecond] = match
    .slice(1, 8)
    .map((part) => Number(part ?? 0));
  const [sign, offsetHour, offsetMinute] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour! > 23 || minute! > 59 || second! > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year!, month! - 1, day!);
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return undefined;
  date.setUTCHours(hour!, minute!, second!, millisecond!);
  const offset = (offsetHour * 60 + offsetMinute) * 60_000;
  return { kind: 'datetime', milliseconds: BigInt(date.getTime() + (sign === '+' ? -offset : offset)) };
}
