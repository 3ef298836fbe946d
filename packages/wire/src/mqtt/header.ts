import { MqttError } from './error.ts';
import type { MqttVersion, PacketType } from './packet.ts';

/** The packet types by their number, the upper half of a packet's first byte (MQTT 5.0 §2.1.2). 0 is reserved. */
export const packetTypes = [
  undefined,
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
] as const satisfies readonly (PacketType | undefined)[];

const flagsOfTwo: ReadonlySet<PacketType> = new Set(['pubrel', 'subscribe', 'unsubscribe']);

/**
 * The first byte of a packet of `type`, with the flags that the type prescribes (MQTT 5.0 §2.1.3). For PUBLISH add
 * its own flags.
 */
export function headerOf(type: PacketType): number {
  return (packetTypes.indexOf(type) << 4) | (flagsOfTwo.has(type) ? 2 : 0);
}

/**
 * The type that a packet's first byte names.
 * @throws MqttError if the type is reserved, which AUTH is in version 4, or the flags are not those of the type
 */
export function packetTypeOf(header: number, version: MqttVersion = 5): PacketType {
  const type = packetTypes[header >> 4];
  if (type === undefined || (type === 'auth' && version === 4)) {
    throw new MqttError('wire/mqtt-packet-type', `Packet type ${header >> 4} is reserved in this version.`);
  }
  if (type === 'publish') requirePublishFlags(header);
  // [MQTT-2.1.3-1] (3.1.1: [MQTT-2.2.2-1] [MQTT-2.2.2-2]); PUBREL [MQTT-3.6.1-1] (3.1.1: [MQTT-3.6.1-1]),
  // SUBSCRIBE [MQTT-3.8.1-1] (3.1.1: [MQTT-3.8.1-1]), UNSUBSCRIBE [MQTT-3.10.1-1] (3.1.1: [MQTT-3.10.1-1]),
  // DISCONNECT [MQTT-3.14.1-1] (3.1.1: [MQTT-3.14.1-1]), AUTH [MQTT-3.15.1-1]
  else if (header !== headers[header >> 4]) {
    throw new MqttError(
      'wire/mqtt-packet-flags',
      `The header flags of ${type} are not those MQTT prescribes.`,
    );
  }
  return type;
}

function requirePublishFlags(header: number): void {
  const qos = (header >> 1) & 3;
  // [MQTT-3.3.1-4] (3.1.1: [MQTT-3.3.1-4])
  if (qos === 3) throw new MqttError('wire/mqtt-qos', 'PUBLISH has both QoS bits set.');
  // [MQTT-3.3.1-2] (3.1.1: [MQTT-3.3.1-2])
  if (qos === 0 && (header & 8) !== 0) {
    throw new MqttError('wire/mqtt-duplicate-flag', 'PUBLISH with QoS 0 has the DUP flag set.');
  }
}

const headers = packetTypes.map((type) => (type === undefined ? -1 : headerOf(type)));
