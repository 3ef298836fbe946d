import {
  type Connect,
  connectVersion,
  type Disconnect,
  decodeConnect,
  decodePacket,
  MqttError,
  type Packet,
  packetTypeOf,
  reasonCodes,
} from '@kiten/wire';
import { onAuth } from './authentication.ts';
import { onConnect } from './connect.ts';
import { keeperAway, refuseConnect } from './connect-refusal.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { drain } from './delivery.ts';
import { onPublish } from './publish.ts';
import { onSubscribe, onUnsubscribe } from './subscribe.ts';

const publishType = 3;

/** Handles one packet off the quick way. `body` is a view, valid during the call. */
export function onPacket(connection: Connection, header: number, body: Buffer): void {
  const { core } = connection;
  if (header >> 4 !== publishType) core.statistics.controlIn++;
  if (connection.state === 'connecting') {
    // [MQTT-3.1.0-1] (3.1.1: [MQTT-3.1.0-1])
    if (connection.authentication !== undefined) whileAuthenticating(core, connection, header, body);
    else if (packetTypeOf(header) === 'connect') connectWith(core, connection, body);
    else connection.fail(reasonCodes.protocolError, 'The first packet is not CONNECT.', 'connect-expected');
    return;
  }
  // [MQTT-3.1.0-2] (3.1.1: [MQTT-3.1.0-2]) whatever it says
  if (packetTypeOf(header) === 'connect')
    connection.fail(reasonCodes.protocolError, 'A second CONNECT.', 'packet-unexpected');
  else handle(core, connection, decodePacket(header, body, connection.version, 'client'));
}

/**
 * A CONNECT that cannot be read is answered in its own version, or in 3.1.1 if it has none [MQTT-3.1.2-2]
 * (3.1.1: [MQTT-3.1.2-2]), as far as there is an answer to it [MQTT-3.1.4-1] (3.1.1: [MQTT-3.1.4-1]).
 */
function connectWith(core: Core, connection: Connection, body: Buffer): void {
  connection.version = connectVersion(body) ?? 4;
  let packet: Connect;
  try {
    packet = decodeConnect(body);
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    const { reasonCode, message } = error;
    refuseConnect(core, connection, { reasonCode, code: error.code.replace('wire/', 'gateway/'), message });
    return;
  }
  const { mesh } = core;
  if (mesh !== undefined && outlives(packet)) {
    if (mesh.carries(connection, () => framed(body))) return;
    if (!mesh.isKeeper) {
      refuseConnect(core, connection, keeperAway);
      return;
    }
  }
  // What has to wait is kept; the chunk is not.
  const waits =
    mesh !== undefined ||
    connection.peer.admission === 'password' ||
    packet.properties.authenticationMethod !== undefined;
  onConnect(core, connection, waits ? decodeConnect(Buffer.from(body)) : packet);
}

/** Whether it asks for a session that was there before, or is to be there afterwards. */
function outlives({ version, cleanStart, properties }: Connect): boolean {
  return !cleanStart || (version === 5 && (properties.sessionExpiryInterval ?? 0) > 0);
}

/** A CONNECT as it came. */
function framed(body: Buffer): Buffer {
  const header = [0x10];
  let left = body.length;
  do {
    header.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from(header), body]);
}

/** Between CONNECT and CONNACK a client that authenticates sends AUTH, or gives up [MQTT-3.1.2-30]. */
function whileAuthenticating(core: Core, connection: Connection, header: number, body: Buffer): void {
  const packet = decodePacket(header, body, connection.version, 'client');
  if (packet.type === 'auth') onAuth(core, connection, packet);
  else if (packet.type === 'disconnect') connection.end('disconnected');
  else {
    const message = 'Only AUTH or DISCONNECT may follow here.';
    const { protocolError: reasonCode } = reasonCodes;
    refuseConnect(core, connection, { reasonCode, code: 'gateway/authentication-expected', message });
  }
}

function handle(core: Core, connection: Connection, packet: Packet): void {
  switch (packet.type) {
    case 'publish':
      onPublish(core, connection, packet);
      return;
    case 'puback':
      onPuback(core, connection, packet.packetId);
      return;
    case 'pubrec':
      onPubrec(core, connection, packet.packetId, packet.reasonCode);
      return;
    case 'pubrel':
      onPubrel(connection, packet.packetId);
      return;
    case 'pubcomp':
      if (connection.session.acknowledged(packet.packetId, 'pubcomp')) drain(core, connection.session);
      else refuseMismatch(connection, packet.packetId, 'PUBCOMP');
      return;
    case 'subscribe':
      onSubscribe(core, connection, packet);
      return;
    case 'unsubscribe':
      onUnsubscribe(core, connection, packet);
      return;
    case 'pingreq':
      connection.write({ type: 'pingresp' }); // [MQTT-3.12.4-1] (3.1.1: [MQTT-3.12.4-1])
      return;
    case 'disconnect':
      onDisconnect(core, connection, packet);
      return;
    case 'auth':
      onAuth(core, connection, packet);
      return;
    default:
      // The others are refused by the decoder as not a client's to send.
      connection.fail(reasonCodes.protocolError, `Unexpected ${packet.type}.`, 'packet-unexpected');
      return;
  }
}

/**
 * A QoS 1 message arrived, or was refused: nobody gets it again [MQTT-4.4.0-2] [MQTT-4.8.2-6]. There is room for the
 * next. Unknown identifiers are ignored, as after a lost session.
 */
export function onPuback(core: Core, connection: Connection, packetId: number): void {
  const { session } = connection;
  if (!session.acknowledged(packetId, 'puback')) refuseMismatch(connection, packetId, 'PUBACK');
  else if (session.queued > 0) drain(core, session);
}

/** An acknowledgement of another QoS, or before its turn: an identifier in use waits for one packet only. */
function refuseMismatch(connection: Connection, packetId: number, packet: string): void {
  if (connection.session.window.awaits(packetId) === undefined) return;
  const message = `A ${packet} is not what the message of that packet identifier waits for.`;
  connection.fail(reasonCodes.protocolError, message, 'acknowledgement-unexpected');
}

function onPubrec(core: Core, connection: Connection, packetId: number, reasonCode: number): void {
  const { session } = connection;
  const known = session.window.awaits(packetId);
  if (known === 'puback') {
    refuseMismatch(connection, packetId, 'PUBREC');
    return;
  }
  if (reasonCode >= 0x80) {
    // [MQTT-4.4.0-2]
    if (session.acknowledged(packetId, 'pubrec')) drain(core, session);
    return;
  }
  if (known === 'pubrec') session.received(packetId);
  const unknown = known === undefined && connection.version === 5;
  // [MQTT-4.3.3-4] [MQTT-4.3.3-13] (3.1.1: [MQTT-4.3.3-1])
  const answer = {
    type: 'pubrel',
    packetId,
    reasonCode: unknown ? reasonCodes.packetIdentifierNotFound : 0,
    properties: {},
  } as const;
  settled(connection, () => connection.write(answer));
}

function onPubrel(connection: Connection, packetId: number): void {
  const { session } = connection;
  const known = session.unreleased.delete(packetId);
  if (known) session.kept?.released(packetId);
  const reasonCode = known || connection.version === 4 ? 0 : reasonCodes.packetIdentifierNotFound;
  // [MQTT-4.3.3-11] (3.1.1: [MQTT-4.3.3-2])
  settled(connection, () => connection.write({ type: 'pubcomp', packetId, reasonCode, properties: {} }));
}

/** Answers once what a kept session has come to is on the disk. */
function settled(connection: Connection, give: () => void): void {
  if (connection.session.kept === undefined) give();
  else connection.answers.giveAfterAll(give);
}

function onDisconnect(core: Core, connection: Connection, packet: Disconnect): void {
  const expiry = packet.properties.sessionExpiryInterval;
  const { session } = connection;
  if (expiry !== undefined) {
    // MQTT 5.0 §3.14.2.2.2: what ends with the connection cannot be kept at the last moment.
    if (session.expiry === 0 && expiry > 0) {
      connection.fail(
        reasonCodes.protocolError,
        'The session was to end with the connection.',
        'session-expiry',
      );
      return;
    }
    session.expiry = Math.min(expiry, core.limits.sessionExpiry);
  }
  // [MQTT-3.14.4-3] [MQTT-3.1.2-8] [MQTT-3.1.2-10] (3.1.1: [MQTT-3.14.4-3] [MQTT-3.1.2-10])
  if (packet.reasonCode !== reasonCodes.disconnectWithWill) connection.will = undefined;
  connection.end(
    packet.reasonCode === reasonCodes.disconnectWithWill ? 'disconnected-with-will' : 'disconnected',
  );
}
