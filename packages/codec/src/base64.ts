import { KitenError } from './error.ts';

interface Alphabet {
  readonly name: string;
  readonly digits: Uint8Array;
  /** The value of an ASCII code, or -1. */
  readonly values: Int8Array;
  readonly padded: boolean;
}

const common = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const standard = alphabet('base64', `${common}+/`, true);
const urlSafe = alphabet('base64url', `${common}-_`, false);
const pad = 0x3d;
const ascii = new TextDecoder();

/** Base64 with padding and no line breaks (RFC 4648 §4). */
export const toBase64 = (bytes: Uint8Array): string => encode(bytes, standard);

/** Base64 for URLs and file names, without padding (RFC 4648 §5, as RFC 7515 §2 uses it). */
export const toBase64Url = (bytes: Uint8Array): string => encode(bytes, urlSafe);

/**
 * The bytes of base64 text in its one canonical form (RFC 4648 §4 with §3.2, §3.3 and §3.5): padded, no other
 * characters, no stray bits in the last digit. Each byte string has exactly one accepted text.
 *
 * @throws KitenError `codec/base64-length`, `codec/base64-character` or `codec/base64-stray-bits`.
 */
export const fromBase64 = (text: string): Uint8Array => decode(text, standard);

/**
 * The bytes of base64url text in its one canonical form: unpadded, no other characters, no stray bits.
 *
 * @throws KitenError as {@link fromBase64}.
 */
export const fromBase64Url = (text: string): Uint8Array => decode(text, urlSafe);

function alphabet(name: string, characters: string, padded: boolean): Alphabet {
  const digits = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  const values = new Int8Array(128).fill(-1);
  digits.forEach((code, value) => {
    values[code] = value;
  });
  return { name, digits, values, padded };
}

function encode(bytes: Uint8Array, { digits, padded }: Alphabet): string {
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  const length = (whole / 3) * 4 + (rest === 0 ? 0 : padded ? 4 : rest + 1);
  const text = new Uint8Array(length);
  let at = 0;
  for (let index = 0; index < whole; index += 3) {
    const group = (bytes[index]! << 16) | (bytes[index + 1]! << 8) | bytes[index + 2]!;
    text[at++] = digits[group >> 18]!;
    text[at++] = digits[(group >> 12) & 63]!;
    text[at++] = digits[(group >> 6) & 63]!;
    text[at++] = digits[group & 63]!;
  }
  if (rest > 0) {
    const group = (bytes[whole]! << 16) | (rest === 2 ? bytes[whole + 1]! << 8 : 0);
    text[at++] = digits[group >> 18]!;
    text[at++] = digits[(group >> 12) & 63]!;
    if (rest === 2) text[at++] = digits[(group >> 6) & 63]!;
    text.fill(pad, at);
  }
  return ascii.decode(text);
}

function decode(text: string, alphabet: Alphabet): Uint8Array {
  const digitCount = countDigits(text, alphabet);
  const rest = digitCount % 4;
  const bytes = new Uint8Array((digitCount >> 2) * 3 + (rest === 0 ? 0 : rest - 1));
  let at = 0;
  let group = 0;
  let bits = 0;
  for (let index = 0; index < digitCount; index += 1) {
    const code = text.charCodeAt(index);
    const value = code < 128 ? alphabet.values[code]! : -1;
    if (value < 0) throw characterError(alphabet, index);
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = group >> bits;
    }
  }
  if ((group & ((1 << bits) - 1)) !== 0) {
    throw new KitenError(
      'codec/base64-stray-bits',
      `The last digit of the ${alphabet.name} text has stray bits.`,
    );
  }
  return bytes;
}

function countDigits(text: string, { name, padded }: Alphabet): number {
  const { length } = text;
  if (padded ? length % 4 !== 0 : length % 4 === 1) {
    throw new KitenError('codec/base64-length', `No ${name} text is ${length} characters long.`);
  }
  if (!padded || text.charCodeAt(length - 1) !== pad) return length;
  return text.charCodeAt(length - 2) === pad ? length - 2 : length - 1;
}

function characterError({ name }: Alphabet, offset: number): KitenError {
  return new KitenError('codec/base64-character', `The ${name} text has a character outside its alphabet.`, {
    detail: { offset },
  });
}
