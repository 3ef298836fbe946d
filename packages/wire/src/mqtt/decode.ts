import { decodeAcknowledgement } from './acknowledgement.ts';
import { decodeConnack } from './connack.ts';
import { decodeConnect } from './connect.ts';
import { decodeAuth, decodeDisconnect } from './disconnect.ts';
import { MqttError } from './error.ts';
import { packetTypeOf } from './header.ts';
import type { MqttVersion, Packet, PacketType, Pingreq, Pingresp } from './packet.ts';
import { decodePublish } from './publish.ts';
import { PacketReader } from './reader.ts';
import { requireSender, type Sender } from './sender.ts';
import { decodeSuback } from './suback.ts';
import { decodeSubscribe, decodeUnsubscribe } from './subscribe.ts';

/**
 * Decodes one packet, as `frameAt` found it. Binary fields of the result are views on `body`.
 *
 * @param header - the packet's first byte
 * @param body - what the remaining length counts
 * @param version - that of the connection; a CONNECT of the other version is refused
 * @param sender - who sent it: then what only the other side may send is refused too
 * @throws MqttError if the packet is malformed or says what the protocol forbids; nothing else for any bytes
 */
export function decodePacket(header: number, body: Buffer, version: MqttVersion, sender?: Sender): Packet {
  const packet = decodeBody(packetTypeOf(header, version), header, body, version);
  if (sender !== undefined) requireSender(packet, sender, version);
  return packet;
}

function decodeBody(type: PacketType, header: number, body: Buffer, version: MqttVersion): Packet {
  const reader = new PacketReader(body, 0, body.length, version);
  switch (type) {
    case 'publish':
      return decodePublish(header, reader);
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      return decodeAcknowledgement(type, reader) as Packet;
    case 'subscribe':
      return decodeSubscribe(reader);
    case 'unsubscribe':
      return decodeUnsubscribe(reader);
    case 'suback':
    case 'unsuback':
      return decodeSuback(type, reader) as Packet;
    case 'pingreq':
    case 'pingresp':
      return decodePing(type, reader);
    case 'disconnect':
      return decodeDisconnect(reader);
    case 'auth':
      return decodeAuth(reader);
    case 'connect':
      return decodeConnectOf(version, body);
    case 'connack':
      return decodeConnack(reader);
  }
}

/** PINGREQ and PINGRESP have neither variable header nor payload (MQTT 5.0 §3.12, §3.13). */
function decodePing(type: 'pingreq' | 'pingresp', reader: PacketReader): Pingreq | Pingresp {
  reader.finish();
  return { type };
}

function decodeConnectOf(version: MqttVersion, body: Buffer): Packet {
  const connect = decodeConnect(body);
  if (connect.version !== version) {
    throw new MqttError('wire/mqtt-protocol-version', 'The CONNECT is of another version.', {
      level: connect.version,
    });
  }
  return connect;
}
