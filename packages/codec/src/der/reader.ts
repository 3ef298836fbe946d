import { type BitString, checkBitString, namedBits } from './bit-string.ts';
import { ascii, characterString } from './character-string.ts';
import { refusal } from './der-error.ts';
import { checkInteger, integerValue } from './integer.ts';
import { objectIdentifierText } from './object-identifier.ts';
import { constructedBit, derTag } from './tags.ts';
import { generalizedTimeValue, utcTimeValue } from './time.ts';

const maximumDepth = 24;
/** Strings whose characters {@link DerReader.any} checks; in TeletexString it takes any. */
const readableStrings: ReadonlySet<number> = new Set([
  derTag.utf8String,
  derTag.printableString,
  derTag.ia5String,
  derTag.numericString,
  derTag.visibleString,
  derTag.bmpString,
]);

/**
 * Reads the elements of one level of a DER encoding (X.690 §10, §11), one after the other, and only what DER
 * allows: lengths definite and minimal, strings primitive, one form for each value. It copies nothing: what it
 * returns as bytes are views of the input. Every `tag` is the identifier octet that must be there; a `tag` given
 * to a method of a primitive type replaces the universal one (IMPLICIT tagging).
 *
 * All methods throw KitenError `codec/der-…` with `detail.offset`, counted from the start of the input.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  private readonly end: number;
  private readonly depth: number;
  /** Where the next element begins; within a method, where the contents of the current one do. */
  private position: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    if (depth > maximumDepth)
      throw refusal('codec/der-too-deep', `Nested more than ${maximumDepth} deep.`, start);
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.depth = depth;
  }

  /** Where the next element begins. */
  get offset(): number {
    return this.position;
  }

  get done(): boolean {
    return this.position === this.end;
  }

  /** The identifier octet of the next element, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /** Refuses elements that nobody asked for. */
  finish(): void {
    if (this.position !== this.end) {
      throw refusal('codec/der-trailing', 'There is more than the structure has room for.', this.position);
    }
  }

  /** What was read from `start` (an earlier {@link offset}) up to here. */
  since(start: number): Uint8Array {
    return this.bytes.subarray(start, this.position);
  }

  /** Enters SEQUENCE, SET, or a constructed context tag; the elements within are the new reader's. */
  constructed(tag: number): DerReader {
    const end = this.open(tag);
    const inner = new DerReader(this.bytes, this.position, end, this.depth + 1);
    this.position = end;
    return inner;
  }

  sequence(): DerReader {
    return this.constructed(derTag.sequence);
  }

  set(): DerReader {
    return this.constructed(derTag.set);
  }

  /** Enters an OCTET STRING that holds DER itself, as extension values do. */
  encapsulated(): DerReader {
    return this.constructed(derTag.octetString);
  }

  /** Enters a BIT STRING of whole octets that holds DER itself, as RSA keys do. */
  encapsulatedBits(): DerReader {
    const { length } = this.wholeOctets();
    return new DerReader(this.bytes, this.position - length, this.position, this.depth + 1);
  }

  /** Everything from here to the end of this level, which stays to be read. */
  remaining(): Uint8Array {
    return this.bytes.subarray(this.position, this.end);
  }

  /** One whole element, header included; its contents stay unread, so check them elsewhere or use {@link any}. */
  element(tag: number): Uint8Array {
    const start = this.position;
    this.position = this.open(tag);
    return this.since(start);
  }

  /** One whole element of any type, of which the form is checked to the last octet. */
  any(): Uint8Array {
    const start = this.position;
    this.checkAny();
    return this.since(start);
  }

  /** The content octets of a primitive element. */
  content(tag: number): Uint8Array {
    const end = this.open(tag);
    const content = this.bytes.subarray(this.position, end);
    this.position = end;
    return content;
  }

  boolean(tag: number = derTag.boolean): boolean {
    const end = this.open(tag);
    const value = this.bytes[this.position]!;
    if (end - this.position !== 1 || (value !== 0x00 && value !== 0xff)) {
      throw refusal('codec/der-boolean', 'A BOOLEAN is one octet, 00 or FF.', this.position);
    }
    this.position = end;
    return value === 0xff;
  }

  integer(tag: number = derTag.integer): bigint {
    const end = this.open(tag);
    checkInteger(this.bytes, this.position, end);
    const value = integerValue(this.bytes, this.position, end);
    this.position = end;
    return value;
  }

  /** The content octets of an INTEGER of any sign. */
  integerContent(tag: number = derTag.integer): Uint8Array {
    const end = this.open(tag);
    checkInteger(this.bytes, this.position, end);
    const content = this.bytes.subarray(this.position, end);
    this.position = end;
    return content;
  }

  /** An INTEGER (or, by its tag, an ENUMERATED) from 0 to `maximum`, which is below 2^31. */
  smallInteger(maximum: number, tag: number = derTag.integer): number {
    const end = this.open(tag);
    const start = this.position;
    checkInteger(this.bytes, start, end);
    let value = this.bytes[start]! >= 0x80 ? -1 : 0;
    for (let index = start; index < end && value >= 0 && value <= maximum; index += 1) {
      value = value * 256 + this.bytes[index]!;
    }
    if (value < 0 || value > maximum) {
      throw refusal('codec/der-integer-range', `The number is not between 0 and ${maximum}.`, start);
    }
    this.position = end;
    return value;
  }

  null(): void {
    const end = this.open(derTag.null);
    if (end !== this.position) throw refusal('codec/der-null', 'A NULL has no contents.', this.position);
  }

  /** Dotted decimal. */
  objectIdentifier(tag: number = derTag.objectIdentifier): string {
    const end = this.open(tag);
    const text = objectIdentifierText(this.bytes, this.position, end);
    this.position = end;
    return text;
  }

  octetString(tag: number = derTag.octetString): Uint8Array {
    return this.content(tag);
  }

  bitString(tag: number = derTag.bitString): BitString {
    const end = this.open(tag);
    checkBitString(this.bytes, this.position, end);
    const value = {
      unusedBits: this.bytes[this.position]!,
      bytes: this.bytes.subarray(this.position + 1, end),
    };
    this.position = end;
    return value;
  }

  /** A BIT STRING that must consist of whole octets, as keys and signatures do. */
  wholeOctets(tag: number = derTag.bitString): Uint8Array {
    const start = this.position;
    const { unusedBits, bytes } = this.bitString(tag);
    if (unusedBits !== 0)
      throw refusal('codec/der-bit-string-whole', 'The BIT STRING ends within an octet.', start);
    return bytes;
  }

  /** The numbers of the bits that are set, ascending, in a BIT STRING that names its bits. */
  namedBits(tag: number = derTag.bitString): number[] {
    const end = this.open(tag);
    checkBitString(this.bytes, this.position, end);
    const set = namedBits(this.bytes, this.position, end);
    this.position = end;
    return set;
  }

  /** Milliseconds since the Unix epoch. */
  utcTime(): number {
    const end = this.open(derTag.utcTime);
    const time = utcTimeValue(this.bytes, this.position, end);
    this.position = end;
    return time;
  }

  /** Milliseconds since the Unix epoch. */
  generalizedTime(): number {
    const end = this.open(derTag.generalizedTime);
    const time = generalizedTimeValue(this.bytes, this.position, end);
    this.position = end;
    return time;
  }

  /** A character string of whatever type its tag says. */
  text(): string {
    const tag = this.peek();
    const end = this.open(tag);
    const text = characterString(tag, this.bytes, this.position, end);
    this.position = end;
    return text;
  }

  ia5String(tag: number = derTag.ia5String): string {
    const end = this.open(tag);
    const text = ascii(this.bytes, this.position, end);
    this.position = end;
    return text;
  }

  /** Reads the header; leaves the position at the contents and returns where they end. */
  private open(tag: number): number {
    const { bytes, end } = this;
    const start = this.position;
    if (start >= end)
      throw refusal('codec/der-truncated', 'The encoding ends where an element should begin.', start);
    const found = bytes[start]!;
    if ((found & 0x1f) === 0x1f)
      throw refusal('codec/der-tag-high', 'Tag numbers above 30 are not used here.', start);
    if (found !== tag) throw unexpected(tag, found, start);
    if (start + 1 >= end)
      throw refusal('codec/der-truncated', 'The encoding ends before a length.', start + 1);
    const first = bytes[start + 1]!;
    let contents = start + 2;
    let length = first;
    if (first >= 0x80) {
      contents += first & 0x7f;
      length = longLength(bytes, start + 1, end);
    }
    if (length > end - contents)
      throw refusal('codec/der-truncated', 'An element is longer than what holds it.', start);
    this.position = contents;
    return contents + length;
  }

  /** Walks over one element, checking the universal types that it knows by their own rules. */
  private checkAny(): void {
    const tag = this.peek();
    if (tag !== -1 && (tag & constructedBit) !== 0) this.checkConstructed(tag);
    else if (tag === 0x00) throw refusal('codec/der-tag', 'Tag 0 marks indefinite lengths.', this.position);
    else if (tag === derTag.boolean) this.boolean();
    else if (tag === derTag.integer || tag === derTag.enumerated) this.integerContent(tag);
    else if (tag === derTag.bitString) this.bitString();
    else if (tag === derTag.null) this.null();
    else if (tag === derTag.objectIdentifier) this.objectIdentifier();
    else if (tag === derTag.utcTime) this.utcTime();
    else if (tag === derTag.generalizedTime) this.generalizedTime();
    else if (readableStrings.has(tag)) this.text();
    else this.content(tag);
  }

  private checkConstructed(tag: number): void {
    // Only SEQUENCE and SET are constructed among the universal types: DER has no strings in pieces (X.690 §10.2).
    if (tag < 0x40 && tag !== derTag.sequence && tag !== derTag.set) {
      throw refusal('codec/der-constructed', 'DER has no constructed form of this type.', this.position);
    }
    const inner = this.constructed(tag);
    while (!inner.done) inner.checkAny();
  }
}

/** The length in long form whose first octet is at `at` (X.690 §8.1.3.5, §10.1). */
function longLength(bytes: Uint8Array, at: number, end: number): number {
  const count = bytes[at]! & 0x7f;
  if (count === 0) throw refusal('codec/der-length-indefinite', 'DER has no indefinite lengths.', at);
  if (count > 4) throw refusal('codec/der-length-too-large', 'A length of more than four octets.', at);
  if (at + count >= end) throw refusal('codec/der-truncated', 'The encoding ends within a length.', at);
  let length = 0;
  for (let index = at + 1; index <= at + count; index += 1) length = length * 256 + bytes[index]!;
  if (bytes[at + 1] === 0 || length < 0x80) {
    throw refusal('codec/der-length-not-minimal', 'The length could be written shorter.', at);
  }
  return length;
}

function unexpected(tag: number, found: number, offset: number): Error {
  // The primitive type was expected, and is there in pieces: worth its own name, BER encoders do that.
  if (found === (tag | constructedBit)) {
    return refusal('codec/der-constructed', 'DER has no constructed form of this type.', offset);
  }
  const hex = (octet: number) => `0x${octet.toString(16).padStart(2, '0')}`;
  return refusal('codec/der-tag', `Expected the tag ${hex(tag)}, found ${hex(found)}.`, offset);
}

/**
 * Reads an encoding that is one element and nothing after it.
 *
 * @throws KitenError `codec/der-too-large` beyond `maximumBytes`, and what `read` throws.
 */
export function readDer<Value>(
  bytes: Uint8Array,
  maximumBytes: number,
  read: (reader: DerReader) => Value,
): Value {
  if (bytes.length > maximumBytes) {
    throw refusal(
      'codec/der-too-large',
      `${bytes.length} octets, more than the ${maximumBytes} accepted.`,
      maximumBytes,
    );
  }
  const reader = new DerReader(bytes);
  const value = read(reader);
  reader.finish();
  return value;
}
