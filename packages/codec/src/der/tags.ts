/**
 * The identifier octets of X.690 §8.1.2 that certificates use. Class, form and number are one octet because
 * no structure read here has tag numbers above 30.
 */
export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bit that says that the content is itself made of elements (X.690 §8.1.2.5). */
export const constructedBit = 0x20;

/** `[number]` whose content is an element or a list of them: EXPLICIT, or IMPLICIT over a SEQUENCE or SET. */
export const contextConstructed = (number: number): number => 0xa0 | number;

/** `[number]` IMPLICIT over a primitive type. */
export const contextPrimitive = (number: number): number => 0x80 | number;
