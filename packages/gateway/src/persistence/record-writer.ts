import { crc32 } from 'node:zlib';

/** Bytes before a record's body: its length and its CRC-32. */
export const recordHeaderBytes = 8;

/** Writes records (docs/session-store.md, "Record") one after the other into memory that grows. */
export class RecordWriter {
  readonly #room: number;
  #bytes: Buffer;
  #length = 0;
  #start = 0;

  /** With so many bytes at first. */
  constructor(room: number) {
    this.#room = room;
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, lent until it is cleared. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written, and gives memory back that was needed once. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > 4 * this.#room) this.#bytes = Buffer.allocUnsafeSlow(this.#room);
  }

  begin(kind: number): void {
    this.#start = this.#length;
    this.#reserve(recordHeaderBytes + 1);
    this.#length += recordHeaderBytes;
    this.#bytes[this.#length++] = kind;
  }

  /** Completes the record. @returns its bytes, header included */
  end(): number {
    this.seal(this.#start, this.#length);
    return this.#length - this.#start;
  }

  /** Writes length and checksum of the record that lies there. */
  seal(start: number, end: number): void {
    const body = start + recordHeaderBytes;
    this.#bytes.writeUInt32BE(end - body, start);
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(body, end)), start + 4);
  }

  /** Overwrites eight bytes written before. */
  setUint64(at: number, value: number): void {
    const whole = Math.floor(value);
    this.#bytes.writeUInt32BE(Math.floor(whole / 2 ** 32), at);
    this.#bytes.writeUInt32BE(whole % 2 ** 32, at + 4);
  }

  setUint32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = value >> 8;
    this.#bytes[this.#length++] = value & 0xff;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#bytes[this.#length++] = value >>> 24;
    this.#bytes[this.#length++] = value >>> 16;
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  uint48(value: number): void {
    this.uint16(Math.floor(value / 2 ** 32));
    this.uint32(value % 2 ** 32);
  }

  /** Seven bits a byte, the lowest first; up to 2^53 − 1. Parts of a whole (of a millisecond, say) are left out. */
  integer(value: number): void {
    this.#reserve(8);
    let rest = Math.floor(value);
    while (rest >= 0x8000_0000) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** The length of its UTF-8, then that. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.integer(length);
    this.utf8(value, length);
  }

  /** UTF-8 of `length` bytes, without their number. */
  utf8(value: string, length: number): void {
    this.#reserve(length);
    this.#bytes.write(value, this.#length, length, 'utf8');
    this.#length += length;
  }

  /** The bytes as they are, without their length. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
