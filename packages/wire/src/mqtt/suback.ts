import { decodeProperties } from './decode-properties.ts';
import { encodeProperties } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { MqttVersion, Suback, Unsuback } from './packet.ts';
import { requireReasonCode } from './packet-reason-codes.ts';
import type { PacketReader } from './reader.ts';
import { PacketWriter } from './writer.ts';

/** SUBACK and UNSUBACK (MQTT 5.0 §3.9, §3.11; 3.1.1 §3.9, §3.11, where UNSUBACK has no codes). */
export function decodeSuback<Type extends 'suback' | 'unsuback'>(type: Type, reader: PacketReader) {
  const packetId = reader.packetId();
  const properties = decodeProperties(reader, type);
  const reasonCodes: number[] = [];
  if (hasCodes(type, reader.version)) {
    while (!reader.atEnd()) reasonCodes.push(requireReasonCode(type, reader.version, reader.byte()));
    requireSome(reasonCodes);
  }
  reader.finish();
  return { type, packetId, reasonCodes, properties };
}

/** In version 4 an UNSUBACK has no place for its reason codes, and they are left out. */
export function encodeSuback(packet: Suback | Unsuback, version: MqttVersion): Buffer {
  const { type, packetId, reasonCodes, properties } = packet;
  const writer = new PacketWriter();
  writer.packetId(packetId);
  encodeProperties(writer, version, type, properties);
  if (hasCodes(type, version)) {
    requireSome(reasonCodes);
    for (const code of reasonCodes) writer.byte(requireReasonCode(type, version, code));
  }
  return writer.packet(headerOf(type));
}

function hasCodes(type: 'suback' | 'unsuback', version: MqttVersion): boolean {
  return type === 'suback' || version === 5;
}

/** There is one for each filter, and there is always a filter [MQTT-3.8.4-6] [MQTT-3.11.3-1] (3.1.1: [MQTT-3.8.4-5]). */
function requireSome(reasonCodes: readonly number[]): void {
  if (reasonCodes.length === 0) throw new MqttError('wire/mqtt-truncated', 'There is no reason code.');
}
