import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { DerWriter } from '../der/writer.ts';
import { KitenError } from '../error.ts';

/** Octets of a serial number as it is encoded, the sign's included (RFC 5280 §4.1.2.2). */
const maximumOctets = 20;

/** A positive serial number: highest octet first, no leading zeros. */
export function readSerialNumber(reader: DerReader, tag: number = derTag.integer): Uint8Array {
  const { offset } = reader;
  const content = reader.integerContent(tag);
  if (content[0]! >= 0x80 || (content.length === 1 && content[0] === 0)) {
    throw refusal('codec/x509-serial-not-positive', 'A serial number is positive.', offset);
  }
  if (content.length > maximumOctets) {
    throw refusal(
      'codec/x509-serial-too-long',
      `A serial number has at most ${maximumOctets} octets.`,
      offset,
    );
  }
  return content[0] === 0 ? content.subarray(1) : content;
}

/**
 * Writes a serial number; leading zeros don't matter.
 *
 * @throws KitenError `codec/x509-serial-not-positive`, `codec/x509-serial-too-long`.
 */
export function writeSerialNumber(writer: DerWriter, serialNumber: Uint8Array): void {
  let first = 0;
  while (serialNumber[first] === 0) first += 1;
  const length = serialNumber.length - first;
  if (length === 0) throw new KitenError('codec/x509-serial-not-positive', 'A serial number is positive.');
  if (length + (serialNumber[first]! >= 0x80 ? 1 : 0) > maximumOctets) {
    throw new KitenError(
      'codec/x509-serial-too-long',
      `A serial number has at most ${maximumOctets} octets in DER.`,
    );
  }
  writer.unsignedInteger(first === 0 ? serialNumber : serialNumber.subarray(first));
}
