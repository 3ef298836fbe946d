import { fromBase64, toBase64 } from './base64.ts';
import { KitenError } from './error.ts';

const columns = 76;
const maximumCharacters = 16 * 1024 * 1024;

/**
 * Base64 in lines of 76 characters, each ended by CR LF: the form of the bodies of EST (RFC 7030 §4.1.3 with
 * RFC 2045 §6.8; RFC 8951 §3.1).
 */
export function encodeBase64Lines(bytes: Uint8Array): string {
  const text = toBase64(bytes);
  let lines = '';
  for (let start = 0; start < text.length; start += columns)
    lines += `${text.slice(start, start + columns)}\r\n`;
  return lines;
}

/**
 * The bytes of base64 with line breaks and blanks anywhere, which RFC 8951 §3.1 tells recipients to take; apart
 * from them it must be canonical.
 *
 * @throws KitenError `codec/base64-…`.
 */
export function decodeBase64Lines(text: string): Uint8Array {
  if (text.length > maximumCharacters) {
    throw new KitenError('codec/base64-too-large', `More than ${maximumCharacters} characters of base64.`);
  }
  return fromBase64(text.replace(/[ \t\r\n]+/g, ''));
}
