import { KitenError } from '../error.ts';
import { refusal } from './der-error.ts';

const millisecondsPerDay = 86_400_000;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `YYMMDDHHMMSSZ`, the years 1950 to 2049 (RFC 5280 §4.1.2.5.1); milliseconds since the Unix epoch. */
export function utcTimeValue(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 13) throw malformed('UTCTime is YYMMDDHHMMSSZ.', start);
  const year = twoDigits(bytes, start);
  return timeOf(year < 50 ? 2000 + year : 1900 + year, bytes, start + 2);
}

/** `YYYYMMDDHHMMSSZ` without fractions (RFC 5280 §4.1.2.5.2); milliseconds since the Unix epoch. */
export function generalizedTimeValue(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 15) throw malformed('GeneralizedTime is YYYYMMDDHHMMSSZ.', start);
  return timeOf(twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2), bytes, start + 4);
}

function timeOf(year: number, bytes: Uint8Array, start: number): number {
  const month = twoDigits(bytes, start);
  const day = twoDigits(bytes, start + 2);
  const hour = twoDigits(bytes, start + 4);
  const minute = twoDigits(bytes, start + 6);
  const second = twoDigits(bytes, start + 8);
  if (bytes[start + 10] !== 0x5a) throw malformed('The time ends with Z.', start + 10);
  if (month < 1 || month > 12) throw malformed('The month is 01 to 12.', start);
  if (day < 1 || day > daysIn(year, month)) throw malformed('The month has no such day.', start + 2);
  if (hour > 23 || minute > 59 || second > 59) throw malformed('No such time of day.', start + 4);
  return daysSinceEpoch(year, month, day) * millisecondsPerDay + ((hour * 60 + minute) * 60 + second) * 1000;
}

function twoDigits(bytes: Uint8Array, offset: number): number {
  const tens = bytes[offset]! - 0x30;
  const ones = bytes[offset + 1]! - 0x30;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9)
    throw malformed('The time has something but digits.', offset);
  return tens * 10 + ones;
}

const malformed = (message: string, offset: number): KitenError => refusal('codec/der-time', message, offset);

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : daysOfMonth[month - 1]!;
}

/** Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const yearFromMarch = month > 2 ? year : year - 1;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CalendarTime {
  readonly year: number;
  /** Month, day, hour, minute and second, two digits each. */
  readonly fields: readonly [number, number, number, number, number];
}

const earliest = -62_167_219_200_000; // 0000-01-01
const latest = 253_402_300_800_000; // 10000-01-01

/**
 * The calendar's view of milliseconds since the Unix epoch. Parts of a second are left out.
 *
 * @throws KitenError `codec/der-time` outside the years 0 to 9999.
 */
export function calendarTime(time: number): CalendarTime {
  if (!(time >= earliest && time < latest)) {
    throw new KitenError('codec/der-time', `${time} ms is outside the years that a time in DER can name.`);
  }
  const days = Math.floor(time / millisecondsPerDay);
  const seconds = Math.floor((time - days * millisecondsPerDay) / 1000);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const minutes = Math.floor(seconds / 60);
  return { year, fields: [month, day, Math.floor(minutes / 60), minutes % 60, seconds % 60] };
}
