import type { Disconnect, Packet } from '@kiten/wire';
import type { Broker } from './broker.ts';
import type { Connection } from './connection.ts';
import { receivePublish } from './receive-publish.ts';
import { Violation } from './violation.ts';

/**
 * A packet has come over that connection.
 *
 * @throws Violation unless it is one that may come
 */
export function receive(broker: Broker, connection: Connection, packet: Packet, size: number): void {
  if (size > connection.wishes.maximumPacketSize)
    throw new Violation(connection, 'too large [MQTT-3.1.2-24]', packet);
  if (connection.owed.some(({ type }) => type === 'connack') && packet.type !== 'connack')
    throw new Violation(connection, 'before CONNACK [MQTT-3.2.0-1]', packet);
  if (packet.type === 'disconnect') receiveDisconnect(connection, packet);
  else if (!connection.isOpen) throw new Violation(connection, 'after the end of the connection', packet);
  else if (packet.type === 'publish') receivePublish(broker, connection, packet);
  else if (packet.type === 'pubrel') receivePubrel(connection, packet.packetId, packet);
  else receiveAnswer(connection, packet);
}

function receivePubrel(connection: Connection, packetId: number, packet: Packet): void {
  const known = connection.session.sent.find(
    (sent) => sent.packetId === packetId && sent.awaits === 'pubcomp',
  );
  if (known === undefined) throw new Violation(connection, 'a PUBREL that nothing asked for', packet);
  if (known.releasedOn === connection) throw new Violation(connection, 'PUBREL twice', packet);
  known.releasedOn = connection;
}

function receiveAnswer(connection: Connection, packet: Packet): void {
  const at = connection.owed.findIndex(({ type }) => type === packet.type);
  if (at < 0) throw new Violation(connection, 'an answer to nothing', packet);
  const [owed] = connection.owed.splice(at, 1);
  const different = owed?.differs(packet);
  if (different !== undefined) throw new Violation(connection, different, packet);
}

function receiveDisconnect(connection: Connection, packet: Disconnect): void {
  const { goodbye, version } = connection;
  if (version === 4) throw new Violation(connection, 'DISCONNECT from a server in 3.1.1', packet);
  if (goodbye === undefined) throw new Violation(connection, 'a goodbye without a reason', packet);
  if (packet.reasonCode !== goodbye) throw new Violation(connection, `expected ${goodbye}`, packet);
  connection.goodbye = undefined;
}
