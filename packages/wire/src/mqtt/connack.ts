import { decodeProperties } from './decode-properties.ts';
import { encodeProperties } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { Connack, MqttVersion } from './packet.ts';
import { requireReasonCode } from './packet-reason-codes.ts';
import type { PacketReader } from './reader.ts';
import { PacketWriter } from './writer.ts';

/** CONNACK (MQTT 5.0 §3.2, 3.1.1 §3.2). */
export function decodeConnack(reader: PacketReader): Connack {
  const flags = reader.byte();
  // [MQTT-3.2.2-1]
  if (flags > 1) throw reader.refusal('wire/mqtt-acknowledge-flags', 'Reserved acknowledge flags are set.');
  const reasonCode = requireReasonCode('connack', reader.version, reader.byte());
  requireNoSession(flags === 1, reasonCode);
  const properties = decodeProperties(reader, 'connack');
  reader.finish();
  return { type: 'connack', sessionPresent: flags === 1, reasonCode, properties };
}

export function encodeConnack(packet: Connack, version: MqttVersion): Buffer {
  requireNoSession(packet.sessionPresent, packet.reasonCode);
  const writer = new PacketWriter();
  writer.byte(packet.sessionPresent ? 1 : 0);
  writer.byte(requireReasonCode('connack', version, packet.reasonCode));
  encodeProperties(writer, version, 'connack', packet.properties);
  return writer.packet(headerOf('connack'));
}

function requireNoSession(sessionPresent: boolean, reasonCode: number): void {
  // [MQTT-3.2.2-6] (3.1.1: [MQTT-3.2.2-4])
  if (sessionPresent && reasonCode !== 0) {
    throw new MqttError('wire/mqtt-session-present', 'A refused connection has no session.', { reasonCode });
  }
}
