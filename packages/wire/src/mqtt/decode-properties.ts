import { noProperties, type Properties } from './properties.ts';
import {
  type PropertyDefinition,
  type PropertyPlace,
  type PropertyType,
  propertyByIdentifier,
} from './property-table.ts';
import type { PacketReader } from './reader.ts';
import { validTopicName } from './topic.ts';

/**
 * Reads a property length and the properties that it counts (MQTT 5.0 §2.2.2); in version 4 there is nothing to
 * read. An identifier that is unknown or not for this place makes the packet malformed (§2.2.2.2).
 */
export function decodeProperties(reader: PacketReader, place: PropertyPlace): Properties {
  if (reader.version === 4) return noProperties;
  const length = reader.variableByteInteger();
  if (length === 0) return noProperties;
  const packetEnd = reader.end;
  if (length > packetEnd - reader.position) {
    throw reader.refusal('wire/mqtt-property-length', 'The property length reaches beyond the packet.');
  }
  reader.end = reader.position + length;
  const properties: Record<string, unknown> = {};
  while (!reader.atEnd()) decodeProperty(reader, place, properties);
  reader.end = packetEnd;
  return properties;
}

function decodeProperty(reader: PacketReader, place: PropertyPlace, into: Record<string, unknown>): void {
  const identifier = reader.variableByteInteger();
  const definition = propertyByIdentifier(identifier);
  if (definition === undefined) {
    throw reader.refusal('wire/mqtt-property-unknown', `MQTT 5.0 has no property ${identifier}.`);
  }
  if (!definition.places.has(place)) {
    throw reader.refusal(
      'wire/mqtt-property-not-allowed',
      `${definition.name} is not a property of ${place}.`,
    );
  }
  const value = read[definition.type](reader, definition);
  const earlier = into[definition.name];
  if (earlier === undefined) {
    into[definition.name] = value;
  } else if (definition.type === 'pairs' || (definition.type === 'identifiers' && place === 'publish')) {
    // The order is kept [MQTT-3.3.2-18].
    (earlier as unknown[]).push((value as unknown[])[0]);
  } else {
    throw reader.refusal('wire/mqtt-property-duplicate', `${definition.name} occurs more than once.`);
  }
}

const read: Record<PropertyType, (reader: PacketReader, definition: PropertyDefinition) => unknown> = {
  bit: (reader, { name }) => bit(reader, name),
  flag: (reader, { name }) => bit(reader, name) === 1,
  uint16: (reader) => reader.uint16(),
  'positive-uint16': (reader, { name }) => positive(reader, name, reader.uint16()),
  uint32: (reader) => reader.uint32(),
  'positive-uint32': (reader, { name }) => positive(reader, name, reader.uint32()),
  'topic-alias': topicAlias,
  text: (reader) => reader.text(), // [MQTT-3.3.2-19]
  'topic-name': responseTopic,
  binary: (reader) => reader.binary(),
  identifiers: (reader, { name }) => [positive(reader, name, reader.variableByteInteger())],
  pairs: (reader) => [[reader.text(), reader.text()]], // [MQTT-1.5.7-1]
};

function bit(reader: PacketReader, name: string): number {
  const value = reader.byte();
  if (value > 1) throw reader.refusal('wire/mqtt-property-value', `${name} is neither 0 nor 1.`);
  return value;
}

function positive(reader: PacketReader, name: string, value: number): number {
  if (value === 0) throw reader.refusal('wire/mqtt-property-value', `${name} must not be 0.`);
  return value;
}

function topicAlias(reader: PacketReader): number {
  const alias = reader.uint16();
  // [MQTT-3.3.2-8]
  if (alias === 0) throw reader.refusal('wire/mqtt-topic-alias', 'A topic alias must not be 0.');
  return alias;
}

function responseTopic(reader: PacketReader): string {
  const topic = reader.name();
  // [MQTT-3.3.2-13] [MQTT-3.3.2-14] [MQTT-4.7.3-1]
  if (!validTopicName(topic)) {
    throw reader.refusal('wire/mqtt-response-topic', 'The response topic is empty or has a wildcard.');
  }
  return topic;
}
