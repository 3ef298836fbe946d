import { requireAuthenticationMethod } from './authentication.ts';
import { connectFlag, connectFlagsFault, connectFlagsOf, willQosOf } from './connect-flags.ts';
import { decodeProperties } from './decode-properties.ts';
import { encodeProperties } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { Connect, MqttVersion, Qos, Will } from './packet.ts';
import { PacketReader } from './reader.ts';
import { validTopicName } from './topic.ts';
import { PacketWriter } from './writer.ts';

/** `00 04 M Q T T`, the protocol name and its length. */
const protocolName = Buffer.from('\0\x04MQTT', 'latin1');

/**
 * The version of a CONNECT, malformed or not; `undefined` if its protocol name or version isn't one of ours. It
 * tells a server in which form to answer a CONNECT that {@link decodeConnect} refuses.
 */
export function connectVersion(body: Buffer): MqttVersion | undefined {
  const level = body[protocolName.length];
  if (level !== 4 && level !== 5) return undefined;
  return protocolName.equals(body.subarray(0, protocolName.length)) ? level : undefined;
}

/**
 * Decodes the body of a CONNECT of either version (MQTT 5.0 §3.1, 3.1.1 §3.1).
 * @throws MqttError with 0x84 for another protocol, MQTT 3.1 included; with 0x85 for an empty client identifier in
 *   a 3.1.1 packet that wants its session kept; otherwise as for any packet
 */
export function decodeConnect(body: Buffer): Connect {
  const reader = new PacketReader(body, 0, body.length, requireVersion(body));
  reader.position = protocolName.length + 1;
  const { version } = reader;
  const flags = reader.byte();
  const fault = connectFlagsFault(flags, version);
  if (fault !== undefined) throw reader.refusal(fault.code, fault.message);
  const keepAlive = reader.uint16();
  const properties = decodeProperties(reader, 'connect');
  requireAuthenticationMethod('connect', properties);
  // The payload's fields come in this order [MQTT-3.1.3-1] (3.1.1: [MQTT-3.1.3-1]), each exactly if its flag is set
  // [MQTT-3.1.2-9] [MQTT-3.1.2-16] to [MQTT-3.1.2-19]
  // (3.1.1: [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-18] to [MQTT-3.1.2-21]).
  const clientId = reader.name(); // [MQTT-3.1.3-3] [MQTT-3.1.3-4] (3.1.1: [MQTT-3.1.3-3] [MQTT-3.1.3-4])
  const will = (flags & connectFlag.will) === 0 ? undefined : decodeWill(reader, flags);
  const username = (flags & connectFlag.userName) === 0 ? undefined : reader.name(); // [MQTT-3.1.3-12] (3.1.1: [MQTT-3.1.3-11])
  const password = (flags & connectFlag.password) === 0 ? undefined : reader.binary();
  reader.finish();
  const cleanStart = (flags & connectFlag.cleanStart) !== 0;
  requireClientId(version, clientId, cleanStart);
  return {
    type: 'connect',
    version,
    clientId,
    cleanStart,
    keepAlive,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(will !== undefined && { will }),
    properties,
  };
}

export function encodeConnect(packet: Connect): Buffer {
  const { version, clientId, cleanStart, keepAlive, will, username, password, properties } = packet;
  const flags = connectFlagsOf(packet);
  const fault = connectFlagsFault(flags, version);
  if (fault !== undefined) throw new MqttError(fault.code, fault.message);
  requireClientId(version, clientId, cleanStart);
  requireAuthenticationMethod('connect', properties);
  const writer = new PacketWriter();
  writer.bytes(protocolName);
  writer.byte(version);
  writer.byte(flags);
  writer.uint16(keepAlive);
  encodeProperties(writer, version, 'connect', properties);
  writer.name(clientId);
  if (will !== undefined) {
    encodeProperties(writer, version, 'will', will.properties);
    writer.name(requireWillTopic(will.topic));
    writer.binary(will.payload);
  }
  if (username !== undefined) writer.name(username);
  if (password !== undefined) writer.binary(password);
  return writer.packet(headerOf('connect'));
}

function decodeWill(reader: PacketReader, flags: number): Will {
  const properties = decodeProperties(reader, 'will');
  const topic = requireWillTopic(reader.name()); // [MQTT-3.1.3-11] (3.1.1: [MQTT-3.1.3-10])
  const payload = reader.binary();
  const retain = (flags & connectFlag.willRetain) !== 0;
  return { topic, payload, qos: willQosOf(flags) as Qos, retain, properties };
}

function requireWillTopic(topic: string): string {
  if (!validTopicName(topic)) {
    throw new MqttError('wire/mqtt-topic-name', 'The will topic is empty or has a wildcard.', { topic });
  }
  return topic;
}

function requireClientId(version: MqttVersion, clientId: string, cleanStart: boolean): void {
  // 3.1.1: [MQTT-3.1.3-7] [MQTT-3.1.3-8]; version 5 assigns one in either case (§3.1.3.1).
  if (version === 4 && clientId === '' && !cleanStart) {
    throw new MqttError(
      'wire/mqtt-client-identifier',
      'A client without an identifier must ask for a clean session.',
    );
  }
}

function requireVersion(body: Buffer): MqttVersion {
  const version = connectVersion(body);
  if (version !== undefined) return version;
  const reader = new PacketReader(body, 0, body.length, 5);
  const name = reader.text();
  const level = reader.byte();
  // [MQTT-3.1.2-1] (3.1.1: [MQTT-3.1.2-1])
  if (name !== 'MQTT' && name !== 'MQIsdp') {
    throw new MqttError('wire/mqtt-protocol-name', 'The protocol name is not MQTT.', { level });
  }
  // [MQTT-3.1.2-2] (3.1.1: [MQTT-3.1.2-2])
  throw new MqttError('wire/mqtt-protocol-version', `Protocol ${name} version ${level} is not supported.`, {
    level,
  });
}
