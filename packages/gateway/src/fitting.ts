import { encodePacket, type MqttVersion, type Packet, type Publish } from '@kiten/wire';
import type { Connection } from './connection.ts';

/**
 * The bytes of a packet that is no larger than the client takes [MQTT-3.1.2-24]: a reason string is left out where it
 * would make it larger [MQTT-3.2.2-19] [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.9.2-1] [MQTT-3.14.2-3]. `undefined` if it
 * is too large all the same.
 */
export function encodeWithin(packet: Packet, version: MqttVersion, maximum: number): Buffer | undefined {
  const bytes = encodePacket(packet, version);
  if (bytes.length <= maximum) return bytes;
  if (!('properties' in packet) || packet.properties.reasonString === undefined) return undefined;
  const { reasonString: _, ...properties } = packet.properties;
  const shorter = encodePacket({ ...packet, properties }, version);
  return shorter.length <= maximum ? shorter : undefined;
}

/** The bytes of a publication to a client, by its topic's alias if it allows them; `undefined` if it takes no such. */
export function encodePublication(connection: Connection, packet: Publish): Buffer | undefined {
  const { aliases, version, maximumPacketSize } = connection;
  const sent = aliases === undefined ? packet : aliases.shorten(packet);
  const bytes = encodeWithin(sent, version, maximumPacketSize);
  if (bytes !== undefined) aliases?.sent(sent);
  return bytes;
}
