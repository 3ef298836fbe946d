import { crc32 } from 'node:zlib';
import { KitenError } from '@kiten/codec';
import { recordHeaderBytes } from './record-writer.ts';

/** Where the body of the record at `offset` ends; undefined if `bytes` ends before, or no record is that long. */
export function recordEnd(bytes: Buffer, offset: number, end: number): number | undefined {
  if (offset + recordHeaderBytes >= end) return undefined;
  const length = bytes.readUInt32BE(offset);
  const bodyEnd = offset + recordHeaderBytes + length;
  return length === 0 || bodyEnd > end ? undefined : bodyEnd;
}

/** Whether the record between `offset` and `end` is what was written. */
export function isSound(bytes: Buffer, offset: number, end: number): boolean {
  return crc32(bytes.subarray(offset + recordHeaderBytes, end)) === bytes.readUInt32BE(offset + 4);
}

/** Reads the body of a record whose checksum was right. Throws `gateway/store-damaged` where it makes no sense. */
export class RecordReader {
  bytes: Buffer = Buffer.alloc(0);
  offset = 0;
  end = 0;

  /** Starts to read the body between `offset` and `end`. */
  open(bytes: Buffer, offset: number, end: number): this {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    return this;
  }

  get isDone(): boolean {
    return this.offset === this.end;
  }

  byte(): number {
    this.#require(1);
    return this.bytes[this.offset++] as number;
  }

  uint16(): number {
    this.#require(2);
    this.offset += 2;
    return this.bytes.readUInt16BE(this.offset - 2);
  }

  uint32(): number {
    this.#require(4);
    this.offset += 4;
    return this.bytes.readUInt32BE(this.offset - 4);
  }

  uint48(): number {
    this.#require(6);
    this.offset += 6;
    return this.bytes.readUIntBE(this.offset - 6, 6);
  }

  uint64(): number {
    const value = this.uint32() * 2 ** 32 + this.uint32();
    if (!Number.isSafeInteger(value)) throw nonsense();
    return value;
  }

  integer(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      if (factor >= 2 ** 49) throw nonsense();
    }
    if (!Number.isSafeInteger(value)) throw nonsense();
    return value;
  }

  text(): string {
    const length = this.integer();
    this.#require(length);
    this.offset += length;
    return this.bytes.toString('utf8', this.offset - length, this.offset);
  }

  /** Passes over a text. */
  skipText(): void {
    this.skip(this.integer());
  }

  /** A view of so many bytes. */
  raw(length: number): Buffer {
    this.#require(length);
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  skip(length: number): void {
    this.#require(length);
    this.offset += length;
  }

  #require(length: number): void {
    if (length > this.end - this.offset) throw nonsense();
  }
}

/** A record that was written whole and says what no version of this program writes. */
export function nonsense(): KitenError {
  return new KitenError('gateway/store-damaged', 'A record of the session store makes no sense.');
}
