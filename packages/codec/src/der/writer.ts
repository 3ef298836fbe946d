import { encodeUtf8 } from '../bytes.ts';
import { KitenError } from '../error.ts';
import { unsignedIntegerContent } from './integer.ts';
import { objectIdentifierContent } from './object-identifier.ts';
import { inSetOrder } from './set-of.ts';
import { derTag } from './tags.ts';
import { calendarTime } from './time.ts';

/**
 * Writes DER into one buffer that grows. An element with elements inside is opened with {@link begin} and closed
 * with {@link end}: one octet is kept for its length, and the contents move up in the few cases that need more.
 */
export class DerWriter {
  private buffer: Uint8Array;
  private size = 0;

  constructor(capacity = 1024) {
    this.buffer = new Uint8Array(capacity);
  }

  get length(): number {
    return this.size;
  }

  get capacity(): number {
    return this.buffer.length;
  }

  /** Forgets what was written and keeps the room. */
  reset(): void {
    this.size = 0;
  }

  /** What was written from `start` on, as a view that the next write may change. */
  view(start = 0): Uint8Array {
    return this.buffer.subarray(start, this.size);
  }

  /** A copy of all that was written. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.size);
  }

  /** Opens an element and returns the mark to close it with. */
  begin(tag: number): number {
    this.reserve(2);
    this.buffer[this.size] = tag;
    this.size += 2;
    return this.size;
  }

  end(mark: number): void {
    const length = this.size - mark;
    if (length < 0x80) {
      this.buffer[mark - 1] = length;
      return;
    }
    const octets = lengthOctets(length);
    this.reserve(octets);
    this.buffer.copyWithin(mark + octets, mark, this.size);
    this.size += octets;
    this.buffer[mark - 1] = 0x80 | octets;
    for (let index = 0; index < octets; index += 1) {
      this.buffer[mark + index] = length / 256 ** (octets - 1 - index);
    }
  }

  /** Octets that are DER already. */
  raw(encoding: Uint8Array): void {
    this.reserve(encoding.length);
    this.buffer.set(encoding, this.size);
    this.size += encoding.length;
  }

  /** An element with these content octets. */
  primitive(tag: number, content: Uint8Array): void {
    this.header(tag, content.length);
    this.buffer.set(content, this.size);
    this.size += content.length;
  }

  boolean(value: boolean): void {
    this.header(derTag.boolean, 1);
    this.buffer[this.size++] = value ? 0xff : 0x00;
  }

  /** A number from 0 to 127. */
  smallInteger(value: number, tag: number = derTag.integer): void {
    if (!Number.isInteger(value) || value < 0 || value > 127) {
      throw new KitenError('codec/der-integer-range', `${value} is not between 0 and 127.`);
    }
    this.header(tag, 1);
    this.buffer[this.size++] = value;
  }

  /** A non-negative number. */
  integer(value: bigint, tag: number = derTag.integer): void {
    if (value < 0n) throw new KitenError('codec/der-integer-range', 'Negative numbers are not written here.');
    this.primitive(tag, unsignedIntegerContent(value));
  }

  /** The non-negative number that `magnitude` holds, highest octet first, no leading zeros. */
  unsignedInteger(magnitude: Uint8Array, tag: number = derTag.integer): void {
    if (magnitude.length === 0 || (magnitude[0] === 0 && magnitude.length > 1)) {
      throw new KitenError('codec/der-integer-not-minimal', 'The octets of a number have no leading zeros.');
    }
    const sign = magnitude[0]! >= 0x80 ? 1 : 0;
    this.header(tag, magnitude.length + sign);
    if (sign === 1) this.buffer[this.size++] = 0;
    this.buffer.set(magnitude, this.size);
    this.size += magnitude.length;
  }

  null(): void {
    this.header(derTag.null, 0);
  }

  objectIdentifier(identifier: string, tag: number = derTag.objectIdentifier): void {
    this.primitive(tag, objectIdentifierContent(identifier));
  }

  octetString(content: Uint8Array, tag: number = derTag.octetString): void {
    this.primitive(tag, content);
  }

  /** A BIT STRING of whole octets. */
  wholeOctets(content: Uint8Array): void {
    this.header(derTag.bitString, content.length + 1);
    this.buffer[this.size++] = 0;
    this.buffer.set(content, this.size);
    this.size += content.length;
  }

  /** ASCII text under the given tag; the caller has checked what characters its type allows. */
  ascii(tag: number, text: string): void {
    this.header(tag, text.length);
    const { buffer } = this;
    let at = this.size;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127)
        throw new KitenError('codec/der-string-character', `"${text}" has characters outside ASCII.`);
      buffer[at++] = code;
    }
    this.size = at;
  }

  utf8String(text: string): void {
    if (isAscii(text)) this.ascii(derTag.utf8String, text);
    else this.primitive(derTag.utf8String, encodeUtf8(text));
  }

  /** `time` in milliseconds since the Unix epoch, of a year from 1950 to 2049. */
  utcTime(time: number): void {
    const { year, fields } = calendarTime(time);
    if (year < 1950 || year > 2049) throw new KitenError('codec/der-time', `UTCTime has no year ${year}.`);
    this.header(derTag.utcTime, 13);
    this.timeDigits(year % 100, fields);
  }

  /** `time` in milliseconds since the Unix epoch. */
  generalizedTime(time: number): void {
    const { year, fields } = calendarTime(time);
    this.header(derTag.generalizedTime, 15);
    this.twoDigits(Math.floor(year / 100));
    this.timeDigits(year % 100, fields);
  }

  /** A SET OF: whole elements, which are put in order. */
  setOf(elements: readonly Uint8Array[], tag: number = derTag.set): void {
    const mark = this.begin(tag);
    for (const element of inSetOrder(elements)) this.raw(element);
    this.end(mark);
  }

  private timeDigits(yearOfCentury: number, fields: readonly number[]): void {
    this.twoDigits(yearOfCentury);
    for (const field of fields) this.twoDigits(field);
    this.buffer[this.size++] = 0x5a;
  }

  private twoDigits(value: number): void {
    this.buffer[this.size++] = 0x30 + Math.floor(value / 10);
    this.buffer[this.size++] = 0x30 + (value % 10);
  }

  /** Writes tag and length, and makes sure that the contents have room. */
  private header(tag: number, length: number): void {
    this.reserve(length + 6);
    const { buffer } = this;
    buffer[this.size++] = tag;
    if (length < 0x80) {
      buffer[this.size++] = length;
      return;
    }
    const octets = lengthOctets(length);
    buffer[this.size++] = 0x80 | octets;
    for (let index = octets - 1; index >= 0; index -= 1) buffer[this.size++] = length / 256 ** index;
  }

  private reserve(count: number): void {
    if (this.size + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.size + count));
    grown.set(this.buffer.subarray(0, this.size));
    this.buffer = grown;
  }
}

const lengthOctets = (length: number): number =>
  length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/** Writers that are idle: a new buffer costs more than all that most structures write into it. */
const idle: DerWriter[] = [];
const maximumIdle = 4;
const maximumIdleCapacity = 65_536;

/** Hands `use` an empty writer, which is its own until it returns and nobody's after that. */
export function withWriter<Result>(use: (writer: DerWriter) => Result): Result {
  const writer = idle.pop() ?? new DerWriter();
  writer.reset();
  const result = use(writer);
  if (idle.length < maximumIdle && writer.capacity <= maximumIdleCapacity) idle.push(writer);
  return result;
}

/** The DER that `write` writes. */
export function writeDer(write: (writer: DerWriter) => void): Uint8Array {
  return withWriter((writer) => {
    write(writer);
    return writer.finish();
  });
}
