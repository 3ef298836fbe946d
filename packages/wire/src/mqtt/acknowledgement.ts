import { decodeProperties } from './decode-properties.ts';
import { encodeProperties, isEmpty } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { Acknowledgement, MqttVersion } from './packet.ts';
import { requireReasonCode } from './packet-reason-codes.ts';
import { noProperties } from './properties.ts';
import type { PacketReader } from './reader.ts';
import { PacketWriter } from './writer.ts';

export type AcknowledgementType = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

/**
 * PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5.0 §3.4 to §3.7). In version 5 the reason code may be left out if it
 * is 0 and there are no properties, and the property length if there are none.
 */
export function decodeAcknowledgement<Type extends AcknowledgementType>(
  type: Type,
  reader: PacketReader,
): Acknowledgement<Type> {
  const packetId = reader.packetId();
  const short = reader.version === 4 || reader.atEnd();
  const reasonCode = short ? 0 : requireReasonCode(type, reader.version, reader.byte());
  const properties = short || reader.atEnd() ? noProperties : decodeProperties(reader, type);
  reader.finish();
  return { type, packetId, reasonCode, properties };
}

/** Takes the shortest form. In version 4 the reason code and the properties have no place and are left out. */
export function encodeAcknowledgement(
  packet: Acknowledgement<AcknowledgementType>,
  version: MqttVersion,
): Buffer {
  const { type, packetId, reasonCode, properties } = packet;
  const bare = version === 4 || isEmpty(properties);
  if (bare && (version === 4 || reasonCode === 0)) return bareAcknowledgement(type, packetId);
  const writer = new PacketWriter();
  writer.packetId(packetId);
  writer.byte(requireReasonCode(type, version, reasonCode));
  if (!bare) encodeProperties(writer, version, type, properties);
  return writer.packet(headerOf(type));
}

/** PUBACK without the packet object: see {@link encodeAcknowledgement}. */
export function encodePuback(
  packetId: number,
  version: MqttVersion,
  reasonCode = 0,
  reasonString?: string,
): Buffer {
  const properties = reasonString === undefined ? noProperties : { reasonString };
  if (version === 4 || (reasonCode === 0 && reasonString === undefined))
    return bareAcknowledgement('puback', packetId);
  return encodeAcknowledgement({ type: 'puback', packetId, reasonCode, properties }, version);
}

function bareAcknowledgement(type: AcknowledgementType, packetId: number): Buffer {
  if (!Number.isInteger(packetId) || packetId < 1 || packetId > 0xffff) {
    throw new MqttError('wire/mqtt-packet-identifier', `${packetId} is not a packet identifier.`);
  }
  const packet = Buffer.allocUnsafe(4);
  packet[0] = headerOf(type);
  packet[1] = 2;
  packet[2] = packetId >> 8;
  packet[3] = packetId;
  return packet;
}
