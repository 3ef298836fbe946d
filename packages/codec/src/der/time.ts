import { KitenError } from '../error.ts';
import { refusal } from './der-error.ts';

const millisecondsPerDay = 86_400_000;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `YYMMDDHHMMSSZ`, the years 1950 to 2049 (RFC 5280 §4.1.2.5.1); milliseconds since the Unix epoch. */
export function utcTimeValue(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 13) throw malformed('UTCTime is YYMMDDHHMMSSZ.', start);
  expectZulu(bytes, end - 1);
  const year = twoDigits(bytes, start);
  return timeOf(year < 50 ? 2000 + year : 1900 + year, bytes, start + 2);
}

/** `YYYYMMDDHHMMSSZ` without fractions (RFC 5280 §4.1.2.5.2); milliseconds since the Unix epoch. */
export function generalizedTimeValue(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 15) throw malformed('GeneralizedTime is YYYYMMDDHHMMSSZ.', start);
  expectZulu(bytes, end - 1);
  return timeOf(fourDigits(bytes, start), bytes, start + 4);
}

/** Digits of a fraction that are read: the time is told to the nanosecond at best. */
const maximumFraction = 9;

/**
 * `YYYYMMDDHHMMSS[.f…]Z`, as time-stamps have it: the fraction ends with another digit than 0 (X.690 §11.7.3,
 * RFC 3161 §2.4.2). Milliseconds since the Unix epoch, finer parts as a fraction.
 */
export function preciseTimeValue(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= 15) return generalizedTimeValue(bytes, start, end);
  expectZulu(bytes, end - 1);
  if (bytes[start + 14] !== 0x2e) throw malformed('A fraction begins with a point.', start + 14);
  return timeOf(fourDigits(bytes, start), bytes, start + 4) + fraction(bytes, start + 15, end - 1);
}

/** In milliseconds. Counted in nanoseconds first: thousandths come out exact. */
function fraction(bytes: Uint8Array, start: number, end: number): number {
  const count = end - start;
  if (count < 1 || count > maximumFraction) {
    throw malformed(`A fraction has 1 to ${maximumFraction} digits.`, start);
  }
  if (bytes[end - 1] === 0x30) throw malformed('A fraction has no trailing zeros.', end - 1);
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 9) throw malformed('The time has something but digits.', index);
    value = value * 10 + digit;
  }
  return (value * 10 ** (maximumFraction - count)) / 1e6;
}

function timeOf(year: number, bytes: Uint8Array, start: number): number {
  const month = twoDigits(bytes, start);
  const day = twoDigits(bytes, start + 2);
  const hour = twoDigits(bytes, start + 4);
  const minute = twoDigits(bytes, start + 6);
  const second = twoDigits(bytes, start + 8);
  if (month < 1 || month > 12) throw malformed('The month is 01 to 12.', start);
  if (day < 1 || day > daysIn(year, month)) throw malformed('The month has no such day.', start + 2);
  if (hour > 23 || minute > 59 || second > 59) throw malformed('No such time of day.', start + 4);
  return daysSinceEpoch(year, month, day) * millisecondsPerDay + ((hour * 60 + minute) * 60 + second) * 1000;
}

function expectZulu(bytes: Uint8Array, offset: number): void {
  if (bytes[offset] !== 0x5a) throw malformed('The time ends with Z.', offset);
}

function twoDigits(bytes: Uint8Array, offset: number): number {
  const tens = bytes[offset]! - 0x30;
  const ones = bytes[offset + 1]! - 0x30;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9)
    throw malformed('The time has something but digits.', offset);
  return tens * 10 + ones;
}

const fourDigits = (bytes: Uint8Array, offset: number): number =>
  twoDigits(bytes, offset) * 100 + twoDigits(bytes, offset + 2);

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
