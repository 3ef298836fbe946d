import { decodeProperties } from './decode-properties.ts';
import { encodePublishProperties, isEmpty } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { packetTypeOf } from './header.ts';
import type { MqttVersion, Publish, Qos } from './packet.ts';
import { publishHeader, publishLength, writePublish } from './publish-writer.ts';
import type { PacketReader } from './reader.ts';
import { maximumTopicLength, validTopicName } from './topic.ts';

const noBytes = Buffer.alloc(0);

/** PUBLISH (MQTT 5.0 §3.3, 3.1.1 §3.3). The payload is a view on the buffer; it may be empty. */
export function decodePublish(header: number, reader: PacketReader): Publish {
  const qos = ((header >> 1) & 3) as Qos;
  const topic = reader.name(); // [MQTT-3.3.2-1] (3.1.1: [MQTT-3.3.2-1])
  const packetId = qos === 0 ? undefined : reader.packetId(); // [MQTT-2.2.1-2] (3.1.1: [MQTT-2.3.1-5])
  const properties = decodeProperties(reader, 'publish');
  requireTopic(reader.version, topic, properties.topicAlias);
  const retain = (header & 1) !== 0;
  const dup = (header & 8) !== 0;
  const payload = reader.rest();
  return packetId === undefined
    ? { type: 'publish', topic, payload, qos, retain, dup, properties }
    : { type: 'publish', topic, payload, qos, retain, dup, packetId, properties };
}

export function encodePublish(packet: Publish, version: MqttVersion): Buffer {
  const { topic, payload, qos, retain, dup, packetId = 0 } = packet;
  const header = publishHeader(qos, retain, dup);
  packetTypeOf(header);
  requireTopic(version, topic, packet.properties.topicAlias);
  requirePacketId(qos, packetId);
  const topicBytes = Buffer.from(topic);
  const properties =
    version === 4 || isEmpty(packet.properties) ? noBytes : encodePublishProperties(packet.properties);
  const length = publishLength(version, qos, topicBytes.length, properties.length, payload.length);
  const target = Buffer.allocUnsafe(length);
  writePublish(target, 0, version, header, topicBytes, packetId, properties, payload);
  return target;
}

function requirePacketId(qos: Qos, packetId: number): void {
  const valid =
    Number.isInteger(packetId) && packetId <= 0xffff && (qos === 0 ? packetId === 0 : packetId > 0);
  if (!valid)
    throw new MqttError('wire/mqtt-packet-identifier', `Packet identifier ${packetId} with QoS ${qos}.`);
}

function requireTopic(version: MqttVersion, topic: string, alias: number | undefined): void {
  if (version === 5 && topic === '') {
    // MQTT 5.0 §3.3.2.1: a zero length topic name needs a topic alias.
    if (alias === undefined)
      throw new MqttError('wire/mqtt-topic-missing', 'Neither a topic name nor an alias.');
    return;
  }
  // [MQTT-3.3.2-2] [MQTT-4.7.3-1] (3.1.1: [MQTT-3.3.2-2] [MQTT-4.7.3-1])
  if (!validTopicName(topic)) {
    const message = `The topic name is empty, has a wildcard or more than ${maximumTopicLength} bytes.`;
    throw new MqttError('wire/mqtt-topic-name', message, { topic: topic.slice(0, 256) });
  }
}
