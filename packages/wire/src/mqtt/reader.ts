import { isUtf8 } from 'node:buffer';
import { MqttError, type MqttErrorCode } from './error.ts';
import type { MqttVersion } from './packet.ts';
import { hasDisallowedCharacter } from './text.ts';

/**
 * Reads the fields of one packet's body, in order, and never beyond its end. Binary fields are views on the
 * buffer: nothing is copied.
 */
export class PacketReader {
  readonly buffer: Buffer;
  readonly version: MqttVersion;
  readonly start: number;
  position: number;
  /** Where the packet ends, or, while properties are read, where those end. */
  end: number;

  constructor(buffer: Buffer, start: number, end: number, version: MqttVersion) {
    this.buffer = buffer;
    this.version = version;
    this.start = start;
    this.position = start;
    this.end = end;
  }

  /** The error to throw for what was just read. */
  refusal(code: MqttErrorCode, message: string): MqttError {
    return new MqttError(code, message, { offset: this.position - this.start });
  }

  atEnd(): boolean {
    return this.position === this.end;
  }

  byte(): number {
    return this.buffer[this.take(1)]!;
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }

  uint32(): number {
    return this.buffer.readUInt32BE(this.take(4));
  }

  /** MQTT 5.0 §1.5.5. */
  variableByteInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      // [MQTT-1.5.5-1] no more bytes than needed: a last byte of 0 adds nothing.
      if (byte === 0 && shift > 0) break;
      return value;
    }
    throw this.refusal(
      'wire/mqtt-variable-byte-integer',
      'The variable byte integer is not minimal or too long.',
    );
  }

  /** A packet identifier, which is never 0 [MQTT-2.2.1-3] [MQTT-2.2.1-4] (3.1.1: [MQTT-2.3.1-1]). */
  packetId(): number {
    const id = this.uint16();
    if (id === 0) throw this.refusal('wire/mqtt-packet-identifier', 'The packet identifier is 0.');
    return id;
  }

  /** Binary data (MQTT 5.0 §1.5.6), as a view. */
  binary(): Buffer {
    const length = this.uint16();
    const start = this.take(length);
    return this.buffer.subarray(start, start + length);
  }

  /** A UTF-8 encoded string (MQTT 5.0 §1.5.4). A byte order mark is kept [MQTT-1.5.4-3] (3.1.1: [MQTT-1.5.3-3]). */
  text(): string {
    const length = this.uint16();
    const start = this.take(length);
    const end = start + length;
    let ascii = true;
    for (let index = start; index < end; index++) {
      const byte = this.buffer[index]!;
      // [MQTT-1.5.4-2] (3.1.1: [MQTT-1.5.3-2])
      if (byte === 0) throw this.refusal('wire/mqtt-null-character', 'The text contains U+0000.');
      if (byte >= 0x80) ascii = false;
    }
    if (ascii) return this.buffer.toString('latin1', start, end);
    // [MQTT-1.5.4-1] (3.1.1: [MQTT-1.5.3-1])
    if (!isUtf8(this.buffer.subarray(start, end))) {
      throw this.refusal('wire/mqtt-ill-formed-text', 'The text is not well-formed UTF-8.');
    }
    return this.buffer.toString('utf8', start, end);
  }

  /** A string that names something, without control characters and noncharacters. */
  name(): string {
    const name = this.text();
    if (hasDisallowedCharacter(name)) {
      throw this.refusal('wire/mqtt-disallowed-character', 'The name contains a control or noncharacter.');
    }
    return name;
  }

  /** What is left, as a view. */
  rest(): Buffer {
    const start = this.position;
    this.position = this.end;
    return this.buffer.subarray(start, this.end);
  }

  /** To be called when all fields are read. */
  finish(): void {
    if (!this.atEnd()) throw this.refusal('wire/mqtt-trailing-bytes', 'Bytes follow the end of the packet.');
  }

  private take(length: number): number {
    const start = this.position;
    if (this.end - start < length)
      throw this.refusal('wire/mqtt-truncated', 'The packet ends within a field.');
    this.position = start + length;
    return start;
  }
}
