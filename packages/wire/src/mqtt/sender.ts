import { MqttError } from './error.ts';
import type { MqttVersion, Packet, PacketType } from './packet.ts';

/** The side that sent a packet. */
export type Sender = 'client' | 'server';

/** The packets that only one side sends (MQTT 5.0 §2.1.2, 3.1.1 §2.2.1). */
const onlySender: Partial<Record<PacketType, Sender>> = {
  connect: 'client',
  connack: 'server',
  subscribe: 'client',
  suback: 'server',
  unsubscribe: 'client',
  unsuback: 'server',
  pingreq: 'client',
  pingresp: 'server',
};

/** DISCONNECT and AUTH codes that only one side sends (MQTT 5.0 §3.14.2.1, §3.15.2.1). */
const serverDisconnects = new Set([
  0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
]);

/**
 * Refuses a packet that this side must not send, or that says what this side must not say.
 * @throws MqttError `wire/mqtt-wrong-sender`
 */
export function requireSender(packet: Packet, sender: Sender, version: MqttVersion): void {
  const only = onlySender[packet.type];
  if (only !== undefined && only !== sender) throw wrongSender(packet.type, sender);
  const fault = sender === 'client' ? clientFault(packet) : serverFault(packet, version);
  if (fault !== undefined) throw wrongSender(fault, sender);
}

function clientFault(packet: Packet): string | undefined {
  switch (packet.type) {
    case 'publish': // [MQTT-3.3.4-6]
      return packet.properties.subscriptionIdentifiers === undefined
        ? undefined
        : 'a subscription identifier';
    case 'disconnect':
      if (packet.properties.serverReference !== undefined) return 'a server reference';
      return serverDisconnects.has(packet.reasonCode) ? 'this reason code' : undefined;
    case 'auth':
      return packet.reasonCode === 0x00 ? 'success' : undefined;
    default:
      return undefined;
  }
}

function serverFault(packet: Packet, version: MqttVersion): string | undefined {
  switch (packet.type) {
    case 'disconnect':
      if (version === 4) return 'disconnect'; // 3.1.1 §2.2.1
      if (packet.properties.sessionExpiryInterval !== undefined) return 'a session expiry interval'; // [MQTT-3.14.2-2]
      return packet.reasonCode === 0x04 ? 'this reason code' : undefined;
    case 'auth':
      return packet.reasonCode === 0x19 ? 'a wish to re-authenticate' : undefined;
    default:
      return undefined;
  }
}

function wrongSender(what: string, sender: Sender): MqttError {
  return new MqttError('wire/mqtt-wrong-sender', `A ${sender} must not send ${what}.`, { sender });
}
