import { decodePacket, encodePublishProperties, noProperties } from '@kiten/wire';
import type { DeviceRecord } from '../device-record.ts';
import type { Message } from '../message.ts';
import { recordKind } from './record-kind.ts';
import { nonsense, type RecordReader } from './record-reader.ts';
import type { RecordWriter } from './record-writer.ts';

const qosBits = 0x03;
const retain = 0x04;
const will = 0x08;
/** In a message: it is the retained message of its topic. */
const keptForTopic = 0x10;
const hasExpiry = 0x20;

/** A PUBLISH without an identifier. */
const publishHeader = 0x30;

/** Starts the record of a message; its recipients follow by `writeRecipients`. */
export function beginMessage(
  writer: RecordWriter,
  number: number,
  message: Message,
  isRetained: boolean,
): void {
  writer.begin(recordKind.message);
  writer.integer(number);
  writeContent(writer, message, isRetained);
}

/** Writes a message as part of a record. */
export function writeContent(writer: RecordWriter, message: Message, isRetained: boolean): void {
  const { expiresAt, properties, payload } = message;
  writer.byte(
    message.qos |
      (message.retain ? retain : 0) |
      (message.will ? will : 0) |
      (isRetained ? keptForTopic : 0) |
      (expiresAt === undefined ? 0 : hasExpiry),
  );
  if (expiresAt !== undefined) writer.integer(expiresAt);
  writer.text(message.publisher.id);
  writer.text(message.clientId);
  // From here on as a PUBLISH of version 5 has it (MQTT 5.0 §3.3.2), so that one decoder reads both.
  const encoded = properties === noProperties ? undefined : encodePublishProperties(properties);
  const topicLength = Buffer.byteLength(message.topic);
  const propertiesLength = encoded?.length ?? 0;
  const lengthOfLength =
    propertiesLength < 0x80 ? 1 : propertiesLength < 0x4000 ? 2 : propertiesLength < 0x20_0000 ? 3 : 4;
  writer.integer(2 + topicLength + lengthOfLength + propertiesLength + payload.length);
  writer.uint16(topicLength);
  writer.utf8(message.topic, topicLength);
  writer.integer(propertiesLength);
  if (encoded !== undefined) writer.raw(encoded);
  writer.raw(payload);
}

/** Reads what {@link writeContent} wrote; the message has bytes of its own. */
export function readContent(
  reader: RecordReader,
  publisherOf: (id: string) => DeviceRecord,
): { readonly message: Message; readonly isRetained: boolean } {
  const flags = reader.byte();
  const qos = flags & qosBits;
  if (qos === 3) throw nonsense();
  const expiresAt = (flags & hasExpiry) === 0 ? undefined : reader.integer();
  const publisher = publisherOf(reader.text());
  const clientId = reader.text();
  const packet = decodePacket(publishHeader, Buffer.from(reader.raw(reader.integer())), 5);
  if (packet.type !== 'publish') throw nonsense();
  const { topic, payload, properties } = packet;
  const message: Message = {
    topic,
    payload,
    qos: qos as 0 | 1 | 2,
    retain: (flags & retain) !== 0,
    will: (flags & will) !== 0,
    properties,
    publisher,
    clientId,
    expiresAt,
  };
  return { message, isRetained: (flags & keptForTopic) !== 0 };
}

/** The topic of what {@link writeContent} wrote. */
export function readTopic(reader: RecordReader): string {
  if ((reader.byte() & hasExpiry) !== 0) reader.integer();
  reader.skipText();
  reader.skipText();
  reader.integer();
  return reader.raw(reader.uint16()).toString('utf8');
}

/** Passes over what {@link writeContent} wrote. @returns whether it is the retained message of its topic */
export function skipContent(reader: RecordReader): boolean {
  const flags = reader.byte();
  if ((flags & hasExpiry) !== 0) reader.integer();
  reader.skipText();
  reader.skipText();
  reader.skipText();
  return (flags & keptForTopic) !== 0;
}
