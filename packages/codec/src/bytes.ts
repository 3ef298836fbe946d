import { KitenError } from './error.ts';

const encoder = new TextEncoder();
// Without ignoreBOM a leading U+FEFF would vanish, and two different inputs would decode to one text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The UTF-8 encoding of `text`.
 *
 * @throws KitenError `codec/utf8-lone-surrogate` when the text has a surrogate without its partner.
 */
export function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) {
    throw new KitenError('codec/utf8-lone-surrogate', 'The text has a lone surrogate and no UTF-8 encoding.');
  }
  return encoder.encode(text);
}

/**
 * The text that `bytes` encode in UTF-8; a byte order mark is kept as U+FEFF.
 *
 * @throws KitenError `codec/utf8-malformed` for overlong forms, surrogates, cut sequences and the like.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new KitenError('codec/utf8-malformed', 'The bytes are not well-formed UTF-8.', { cause });
  }
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 1) text += hexOfByte[bytes[index]!];
  return text;
}

/**
 * The bytes of hexadecimal text, either case, two digits a byte, nothing between them.
 *
 * @throws KitenError `codec/hex-malformed` for an odd number of digits or any other character.
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) {
    throw new KitenError('codec/hex-malformed', 'Hexadecimal text has two digits for each byte.');
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = (hexDigit(text, index * 2) << 4) | hexDigit(text, index * 2 + 1);
  }
  return bytes;
}

function hexDigit(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x57;
  throw new KitenError('codec/hex-malformed', 'Only the digits 0-9, a-f and A-F make up hexadecimal text.', {
    detail: { offset },
  });
}

/** One array of all the given bytes, in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Whether both hold the same bytes. The time it takes tells nothing about where they differ (only whether the
 * lengths do), so that it may compare digests and tokens.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left[index]! ^ right[index]!;
  return difference === 0;
}

/** Bytewise lexicographic order, a prefix before what it begins: negative, zero or positive. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts';
