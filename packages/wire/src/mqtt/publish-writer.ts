import { MqttError } from './error.ts';
import type { MqttVersion, Qos } from './packet.ts';
import {
  maximumVariableByteInteger,
  variableByteIntegerLength,
  writeVariableByteInteger,
} from './variable-byte-integer.ts';

/*
 * The way of a message to its subscribers: topic and properties are encoded once, and each copy is written straight
 * into the caller's buffer. Nothing is allocated and nothing is checked but the size: topic and properties come
 * from a decoded packet or from `encodePublishProperties`, and a packet identifier is 1 to 65,535.
 */

/** The first byte of a PUBLISH. */
export function publishHeader(qos: Qos, retain: boolean, dup: boolean): number {
  return 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
}

/**
 * Bytes of the whole packet.
 * @param topicLength - bytes of the topic's UTF-8
 * @param propertiesLength - bytes of the encoded properties without their length; not counted in version 4
 * @throws MqttError `wire/mqtt-packet-too-large` if MQTT has no packets of this size
 */
export function publishLength(
  version: MqttVersion,
  qos: Qos,
  topicLength: number,
  propertiesLength: number,
  payloadLength: number,
): number {
  const remaining = remainingLength(version, qos, topicLength, propertiesLength, payloadLength);
  if (remaining > maximumVariableByteInteger) {
    throw new MqttError('wire/mqtt-packet-too-large', 'The packet is larger than MQTT allows.');
  }
  return 1 + variableByteIntegerLength(remaining) + remaining;
}

/**
 * Writes a PUBLISH up to its payload, which the caller sends after it. `target` has room for
 * `publishLength(…) - payloadLength` bytes at `offset`.
 * @param header - see {@link publishHeader}
 * @param topic - UTF-8
 * @param packetId - not written with QoS 0
 * @param properties - encoded, without their length; not written in version 4
 * @returns the offset after it
 */
export function writePublishHeader(
  target: Uint8Array,
  offset: number,
  version: MqttVersion,
  header: number,
  topic: Uint8Array,
  packetId: number,
  properties: Uint8Array,
  payloadLength: number,
): number {
  const qos = ((header >> 1) & 3) as Qos;
  const length = remainingLength(version, qos, topic.length, properties.length, payloadLength);
  target[offset] = header;
  let position = writeVariableByteInteger(target, offset + 1, length);
  target[position++] = topic.length >> 8;
  target[position++] = topic.length;
  target.set(topic, position);
  position += topic.length;
  if (qos !== 0) {
    target[position++] = packetId >> 8;
    target[position++] = packetId;
  }
  if (version === 5) {
    position = writeVariableByteInteger(target, position, properties.length);
    target.set(properties, position);
    position += properties.length;
  }
  return position;
}

/**
 * Writes a whole PUBLISH: {@link writePublishHeader} and the payload. `target` has room for `publishLength(…)`
 * bytes at `offset`.
 * @returns the offset after it
 */
export function writePublish(
  target: Uint8Array,
  offset: number,
  version: MqttVersion,
  header: number,
  topic: Uint8Array,
  packetId: number,
  properties: Uint8Array,
  payload: Uint8Array,
): number {
  const position = writePublishHeader(
    target,
    offset,
    version,
    header,
    topic,
    packetId,
    properties,
    payload.length,
  );
  target.set(payload, position);
  return position + payload.length;
}

function remainingLength(
  version: MqttVersion,
  qos: Qos,
  topicLength: number,
  propertiesLength: number,
  payloadLength: number,
): number {
  const properties = version === 5 ? variableByteIntegerLength(propertiesLength) + propertiesLength : 0;
  return 2 + topicLength + (qos === 0 ? 0 : 2) + properties + payloadLength;
}
