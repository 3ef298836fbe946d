import { encodeAcknowledgement } from './acknowledgement.ts';
import { encodeConnack } from './connack.ts';
import { encodeConnect } from './connect.ts';
import { encodeAuth, encodeDisconnect } from './disconnect.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { MqttVersion, Packet } from './packet.ts';
import { encodePublish } from './publish.ts';
import { encodeSuback } from './suback.ts';
import { encodeSubscribe, encodeUnsubscribe } from './subscribe.ts';

/**
 * Encodes a packet in its shortest form. Version 4 has no properties and, outside CONNACK and SUBACK, no reason
 * codes: those given are left out.
 * @throws MqttError if the packet isn't one that `decodePacket` accepts
 */
export function encodePacket(packet: Packet, version: MqttVersion): Buffer {
  switch (packet.type) {
    case 'publish':
      return encodePublish(packet, version);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return encodeAcknowledgement(packet, version);
    case 'connect':
      if (packet.version !== version) {
        throw new MqttError('wire/mqtt-protocol-version', 'The CONNECT is of another version.');
      }
      return encodeConnect(packet);
    case 'connack':
      return encodeConnack(packet, version);
    case 'subscribe':
      return encodeSubscribe(packet, version);
    case 'unsubscribe':
      return encodeUnsubscribe(packet, version);
    case 'suback':
    case 'unsuback':
      return encodeSuback(packet, version);
    case 'pingreq':
    case 'pingresp':
      return Buffer.from([headerOf(packet.type), 0]);
    case 'disconnect':
      return encodeDisconnect(packet, version);
    case 'auth':
      return encodeAuth(packet, version);
  }
}
