import { decodeUtf8 } from '../bytes.ts';
import { KitenError } from '../error.ts';
import { refusal } from './der-error.ts';
import { derTag } from './tags.ts';

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Per ASCII code, a bit for each of the string types that has the character. */
const inPrintable = 1;
const inVisible = 2;
const inNumeric = 4;
const repertoire = new Uint8Array(128);
for (let code = 0x20; code < 0x7f; code += 1) repertoire[code] = inVisible;
for (const character of `${lettersAndDigits} '()+,-./:=?`)
  repertoire[character.charCodeAt(0)]! |= inPrintable;
for (const character of '0123456789 ') repertoire[character.charCodeAt(0)]! |= inNumeric;

/** Whether the text can be a PrintableString (X.680 §41.4). */
export function isPrintable(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 127 || (repertoire[code]! & inPrintable) === 0) return false;
  }
  return true;
}

/**
 * The text of a character string's contents. TeletexString is read where T.61 and ASCII surely agree, which is
 * the repertoire of PrintableString; UniversalString and the rest are refused, as RFC 5280 §4.1.2.4 retires them.
 */
export function characterString(tag: number, bytes: Uint8Array, start: number, end: number): string {
  switch (tag) {
    case derTag.utf8String:
      return utf8(bytes, start, end);
    case derTag.printableString:
      return restricted(bytes, start, end, inPrintable, 'PrintableString');
    case derTag.ia5String:
      return ascii(bytes, start, end);
    case derTag.numericString:
      return restricted(bytes, start, end, inNumeric, 'NumericString');
    case derTag.visibleString:
      return restricted(bytes, start, end, inVisible, 'VisibleString');
    case derTag.teletexString:
      return restricted(bytes, start, end, inPrintable, 'TeletexString');
    case derTag.bmpString:
      return basicPlane(bytes, start, end);
    default:
      throw refusal(
        'codec/der-string-type',
        `Tag 0x${tag.toString(16)} is no string type that is read here.`,
        start,
      );
  }
}

function utf8(bytes: Uint8Array, start: number, end: number): string {
  if (isAscii(bytes, start, end)) return latin(bytes, start, end);
  try {
    return decodeUtf8(bytes.subarray(start, end));
  } catch (cause) {
    throw new KitenError('codec/der-string-utf8', 'The UTF8String is not well-formed UTF-8.', {
      cause,
      detail: { offset: start },
    });
  }
}

/** IA5String: ASCII, control characters included (X.680 §41, table 8). */
export function ascii(bytes: Uint8Array, start: number, end: number): string {
  if (!isAscii(bytes, start, end)) {
    throw refusal('codec/der-string-character', 'An IA5String holds ASCII only.', start);
  }
  return latin(bytes, start, end);
}

function restricted(bytes: Uint8Array, start: number, end: number, set: number, type: string): string {
  for (let index = start; index < end; index += 1) {
    const code = bytes[index]!;
    if (code > 127 || (repertoire[code]! & set) === 0) {
      throw refusal(
        'codec/der-string-character',
        `A ${type} cannot hold octet 0x${code.toString(16)}.`,
        index,
      );
    }
  }
  return latin(bytes, start, end);
}

/** BMPString: two octets a character and no surrogates (X.680 §41.15). */
function basicPlane(bytes: Uint8Array, start: number, end: number): string {
  if ((end - start) % 2 !== 0)
    throw refusal('codec/der-string-character', 'Half a character in a BMPString.', end);
  let text = '';
  for (let index = start; index < end; index += 2) {
    const code = (bytes[index]! << 8) | bytes[index + 1]!;
    if (code >= 0xd800 && code <= 0xdfff) {
      throw refusal('codec/der-string-character', 'A BMPString has no surrogates.', index);
    }
    text += String.fromCharCode(code);
  }
  return text;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index]! > 127) return false;
  return true;
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let index = start; index < end; index += 1) text += String.fromCharCode(bytes[index]!);
  return text;
}
