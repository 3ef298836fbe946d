import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { KitenError } from '../error.ts';

/** 2050-01-01: from here on times are GeneralizedTime, before it UTCTime (RFC 5280 §4.1.2.5, §5.1.2.4). */
const firstGeneralizedTime = 2_524_608_000_000;

/** The time that stands for "never expires" (RFC 5280 §4.1.2.5): 9999-12-31 23:59:59. */
export const noExpiry = 253_402_300_799_000;

export const isTime = (reader: DerReader): boolean =>
  reader.peek() === derTag.utcTime || reader.peek() === derTag.generalizedTime;

/** Reads a Time in the one form that its year has; milliseconds since the Unix epoch. */
export function readTime(reader: DerReader): number {
  if (reader.peek() !== derTag.generalizedTime) return reader.utcTime();
  const { offset } = reader;
  const time = reader.generalizedTime();
  if (time < firstGeneralizedTime) {
    throw refusal('codec/x509-time-form', 'Years before 2050 are written as UTCTime.', offset);
  }
  return time;
}

/**
 * @param time milliseconds since the Unix epoch; parts of a second are left out.
 * @throws KitenError `codec/der-time` before 1950 or after 9999.
 */
export function writeTime(writer: DerWriter, time: number): void {
  if (time < firstGeneralizedTime) writer.utcTime(time);
  else writer.generalizedTime(time);
}

export interface Validity {
  /** Milliseconds since the Unix epoch, as are both. */
  readonly notBefore: number;
  /** The last moment at which the certificate is valid. */
  readonly notAfter: number;
}

export function readValidity(reader: DerReader): Validity {
  const { offset } = reader;
  const sequence = reader.sequence();
  const notBefore = readTime(sequence);
  const notAfter = readTime(sequence);
  sequence.finish();
  if (notAfter < notBefore)
    throw refusal('codec/x509-validity', 'The validity ends before it begins.', offset);
  return { notBefore, notAfter };
}

export function writeValidity(writer: DerWriter, { notBefore, notAfter }: Validity): void {
  if (notAfter < notBefore)
    throw new KitenError('codec/x509-validity', 'The validity ends before it begins.');
  const sequence = writer.begin(derTag.sequence);
  writeTime(writer, notBefore);
  writeTime(writer, notAfter);
  writer.end(sequence);
}
