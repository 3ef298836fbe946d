import fc from 'fast-check';

const codePoint = fc
  .oneof(
    fc.nat(0x7f),
    fc.nat(0xffff),
    fc.nat(0x10ffff),
    fc.constantFrom(0, 0x22, 0x5c, 0x7f, 0x80, 0x7ff, 0x800, 0xfeff),
  )
  .filter((code) => code < 0xd800 || code > 0xdfff);

/** Texts of any Unicode scalar values: well-formed, and every length of UTF-8 among them. */
export const wellFormedText = fc
  .array(codePoint, { maxLength: 50 })
  .map((codes) => String.fromCodePoint(...codes));
