import { refusal } from './der-error.ts';

/** Refuses INTEGER contents that are empty or longer than need be (X.690 §8.3.1, §8.3.2). */
export function checkInteger(bytes: Uint8Array, start: number, end: number): void {
  if (start === end)
    throw refusal('codec/der-integer-empty', 'An INTEGER has at least one content octet.', start);
  if (end - start === 1) return;
  const first = bytes[start]!;
  const nextIsNegative = bytes[start + 1]! >= 0x80;
  if ((first === 0x00 && !nextIsNegative) || (first === 0xff && nextIsNegative)) {
    throw refusal('codec/der-integer-not-minimal', 'The INTEGER has a superfluous leading octet.', start);
  }
}

/** The value of checked contents, in two's complement. */
export function integerValue(bytes: Uint8Array, start: number, end: number): bigint {
  let value = bytes[start]! >= 0x80 ? -1n : 0n;
  for (let index = start; index < end; index += 1) value = (value << 8n) | BigInt(bytes[index]!);
  return value;
}

/** The shortest two's complement octets of a non-negative value. */
export function unsignedIntegerContent(value: bigint): Uint8Array {
  let digits = value.toString(16);
  if (digits.length % 2 !== 0) digits = `0${digits}`;
  if (Number.parseInt(digits.slice(0, 2), 16) >= 0x80) digits = `00${digits}`;
  const content = new Uint8Array(digits.length / 2);
  for (let index = 0; index < content.length; index += 1) {
    content[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return content;
}
