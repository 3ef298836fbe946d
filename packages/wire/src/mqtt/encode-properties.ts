import { MqttError } from './error.ts';
import type { MqttVersion } from './packet.ts';
import { noProperties, type Properties } from './properties.ts';
import {
  type PropertyDefinition,
  type PropertyPlace,
  type PropertyType,
  propertyByName,
} from './property-table.ts';
import { validTopicName } from './topic.ts';
import { PacketWriter } from './writer.ts';

/** Writes the property length and the properties; in version 4, which has none, nothing. */
export function encodeProperties(
  writer: PacketWriter,
  version: MqttVersion,
  place: PropertyPlace,
  properties: Properties,
): void {
  if (version === 4) return;
  // [MQTT-2.2.2-1]
  if (properties === noProperties) writer.byte(0);
  else writer.withLength(() => writeAll(writer, place, properties));
}

/** Whether there is nothing to write. */
export function isEmpty(properties: Properties): boolean {
  return properties === noProperties || Object.values(properties).every((value) => value === undefined);
}

/**
 * The properties of a PUBLISH as they stand in the packet, without the property length in front: encoded once, a
 * message's properties serve every copy of it (see `writePublish`).
 */
export function encodePublishProperties(properties: Properties): Buffer {
  const writer = new PacketWriter();
  writeAll(writer, 'publish', properties);
  return writer.body();
}

function writeAll(writer: PacketWriter, place: PropertyPlace, properties: Properties): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    const definition = propertyByName(name);
    if (definition === undefined)
      throw new MqttError('wire/mqtt-property-unknown', `MQTT 5.0 has no ${name}.`);
    if (!definition.places.has(place)) {
      throw new MqttError('wire/mqtt-property-not-allowed', `${name} is not a property of ${place}.`);
    }
    writeProperty(writer, definition, place, value);
  }
}

function writeProperty(
  writer: PacketWriter,
  { identifier, name, type }: PropertyDefinition,
  place: PropertyPlace,
  value: unknown,
): void {
  const occurrences = type === 'pairs' || type === 'identifiers' ? (value as unknown[]) : [value];
  if (type === 'identifiers' && place === 'subscribe' && occurrences.length > 1) {
    throw new MqttError('wire/mqtt-property-duplicate', 'SUBSCRIBE has at most one subscription identifier.');
  }
  for (const occurrence of occurrences) {
    writer.byte(identifier);
    write[type](writer, occurrence as never, name);
  }
}

/** What a value of each type is in {@link Properties}; one occurrence of it, if it is repeatable. */
interface PropertyValues {
  bit: number;
  flag: boolean;
  uint16: number;
  'positive-uint16': number;
  uint32: number;
  'positive-uint32': number;
  'topic-alias': number;
  text: string;
  'topic-name': string;
  binary: Uint8Array;
  identifiers: number;
  pairs: readonly [string, string];
}

const write: {
  [Type in PropertyType]: (writer: PacketWriter, value: PropertyValues[Type], name: string) => void;
} = {
  bit: (writer, value, name) => writer.byte(bit(value, name)),
  flag: (writer, value) => writer.byte(value ? 1 : 0),
  uint16: (writer, value) => writer.uint16(value),
  'positive-uint16': (writer, value, name) => writer.uint16(positive(value, name)),
  uint32: (writer, value) => writer.uint32(value),
  'positive-uint32': (writer, value, name) => writer.uint32(positive(value, name)),
  'topic-alias': (writer, value) => writer.uint16(topicAlias(value)),
  text: (writer, value) => writer.text(value),
  'topic-name': (writer, value) => writer.text(responseTopic(value)),
  binary: (writer, value) => writer.binary(value),
  identifiers: (writer, value, name) => writer.variableByteInteger(positive(value, name)),
  pairs: (writer, [name, value]) => {
    writer.text(name);
    writer.text(value);
  },
};

function bit(value: number, name: string): number {
  if (value !== 0 && value !== 1)
    throw new MqttError('wire/mqtt-property-value', `${name} is neither 0 nor 1.`);
  return value;
}

function positive(value: number, name: string): number {
  if (value === 0) throw new MqttError('wire/mqtt-property-value', `${name} must not be 0.`);
  return value;
}

function topicAlias(value: number): number {
  // [MQTT-3.3.2-8]
  if (value === 0) throw new MqttError('wire/mqtt-topic-alias', 'A topic alias must not be 0.');
  return value;
}

function responseTopic(value: string): string {
  // [MQTT-3.3.2-14]
  if (validTopicName(value)) return value;
  throw new MqttError('wire/mqtt-response-topic', 'The response topic is empty or has a wildcard.');
}
