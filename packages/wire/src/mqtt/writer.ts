import { MqttError } from './error.ts';
import { hasDisallowedCharacter, maximumFieldLength } from './text.ts';
import {
  maximumVariableByteInteger,
  variableByteIntegerLength,
  writeVariableByteInteger,
} from './variable-byte-integer.ts';

/** Bytes that the longest fixed header takes: the first byte and four of remaining length. */
const headerRoom = 5;

/** Writes the fields of one packet's body and then the fixed header in front of it. */
export class PacketWriter {
  private buffer: Buffer = Buffer.allocUnsafe(128);
  private position = headerRoom;

  byte(value: number): void {
    this.integer(value, 0xff);
    const offset = this.room(1);
    this.buffer[offset] = value;
  }

  uint16(value: number): void {
    this.integer(value, 0xffff);
    const offset = this.room(2);
    this.buffer.writeUInt16BE(value, offset);
  }

  uint32(value: number): void {
    this.integer(value, 0xffffffff);
    const offset = this.room(4);
    this.buffer.writeUInt32BE(value, offset);
  }

  variableByteInteger(value: number): void {
    this.integer(value, maximumVariableByteInteger);
    const offset = this.room(variableByteIntegerLength(value));
    writeVariableByteInteger(this.buffer, offset, value);
  }

  packetId(value: number): void {
    if (value === 0) throw new MqttError('wire/mqtt-packet-identifier', 'The packet identifier is 0.');
    this.uint16(value);
  }

  binary(value: Uint8Array): void {
    this.fieldLength(value.length);
    this.bytes(value);
  }

  bytes(value: Uint8Array): void {
    const offset = this.room(value.length);
    this.buffer.set(value, offset);
  }

  text(value: string): void {
    if (!value.isWellFormed())
      throw new MqttError('wire/mqtt-ill-formed-text', 'The text has a lone surrogate.');
    if (value.includes('\0')) throw new MqttError('wire/mqtt-null-character', 'The text contains U+0000.');
    const length = Buffer.byteLength(value);
    this.fieldLength(length);
    const offset = this.room(length);
    this.buffer.write(value, offset);
  }

  name(value: string): void {
    if (hasDisallowedCharacter(value)) {
      throw new MqttError('wire/mqtt-disallowed-character', 'The name contains a control or noncharacter.');
    }
    this.text(value);
  }

  /** Writes what `write` writes, after its length as a variable byte integer. */
  withLength(write: () => void): void {
    const start = this.position;
    write();
    const length = this.position - start;
    this.integer(length, maximumVariableByteInteger);
    const prefix = variableByteIntegerLength(length);
    this.room(prefix);
    this.buffer.copyWithin(start + prefix, start, start + length);
    writeVariableByteInteger(this.buffer, start, length);
  }

  /** The packet: `header` is its first byte. The writer is spent. */
  packet(header: number): Buffer {
    const length = this.position - headerRoom;
    if (length > maximumVariableByteInteger) {
      throw new MqttError('wire/mqtt-packet-too-large', 'The packet is larger than MQTT allows.');
    }
    const start = headerRoom - 1 - variableByteIntegerLength(length);
    this.buffer[start] = header;
    writeVariableByteInteger(this.buffer, start + 1, length);
    return this.buffer.subarray(start, this.position);
  }

  /** What was written, without a fixed header. The writer is spent. */
  body(): Buffer {
    return this.buffer.subarray(headerRoom, this.position);
  }

  private integer(value: number, maximum: number): void {
    if (!Number.isInteger(value) || value < 0 || value > maximum) {
      throw new MqttError('wire/mqtt-integer-range', `${value} is not an integer from 0 to ${maximum}.`);
    }
  }

  private fieldLength(length: number): void {
    if (length > maximumFieldLength) {
      throw new MqttError('wire/mqtt-field-too-long', `A field of ${length} bytes: more than 65,535.`);
    }
    this.uint16(length);
  }

  /** The offset of `length` more bytes. It may replace the buffer: take it before the buffer. */
  private room(length: number): number {
    const start = this.position;
    this.position = start + length;
    if (this.position > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.position, this.buffer.length * 2));
      larger.set(this.buffer.subarray(0, start));
      this.buffer = larger;
    }
    return start;
  }
}
