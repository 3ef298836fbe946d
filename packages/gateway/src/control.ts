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
import { refuseConnect } from './connect-refusal.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { drain } from './delivery.ts';
import { onPublish } from './publish.ts';
import { resendMore } from './resend.ts';
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
  handle(core, connection, decodePacket(header, body, connection.version, 'client'));
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
  // What has to wait is kept; the chunk is not.
  const waits =
    connection.peer.admission === 'password' || packet.properties.authenticationMethod !== undefined;
  onConnect(core, connection, waits ? decodeConnect(Buffer.from(body)) : packet);
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
      if (connection.session.window.release(packet.packetId, 'pubcomp')) goOn(core, connection);
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
      // [MQTT-3.1.0-2] (3.1.1: [MQTT-3.1.0-2]) a second CONNECT; the others are refused by the decoder as not a client's to send.
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
  if (!session.window.release(packetId, 'puback')) return;
  const isAwaited = session.queued > 0 || connection.toResend.length > 0 || connection.replay !== undefined;
  if (isAwaited) goOn(core, connection);
}

/** There is room in the window: for what has to be sent again, for what waits, for what is retained. */
function goOn(core: Core, connection: Connection): void {
  resendMore(core, connection);
  drain(core, connection.session);
  connection.replay?.advance();
}

function onPubrec(core: Core, connection: Connection, packetId: number, reasonCode: number): void {
  const { window } = connection.session;
  const known = window.awaits(packetId);
  if (reasonCode >= 0x80) {
    // [MQTT-4.4.0-2]
    if (known === 'pubrec' && window.release(packetId, 'pubrec')) goOn(core, connection);
    return;
  }
  if (known === 'pubrec') window.received(packetId);
  const unknown = known === undefined && connection.version === 5;
  // [MQTT-4.3.3-4] [MQTT-4.3.3-13] (3.1.1: [MQTT-4.3.3-1])
  connection.write({
    type: 'pubrel',
    packetId,
    reasonCode: unknown ? reasonCodes.packetIdentifierNotFound : 0,
    properties: {},
  });
}

function onPubrel(connection: Connection, packetId: number): void {
  const known = connection.session.unreleased.delete(packetId);
  const reasonCode = known || connection.version === 4 ? 0 : reasonCodes.packetIdentifierNotFound;
  connection.write({ type: 'pubcomp', packetId, reasonCode, properties: {} }); // [MQTT-4.3.3-11] (3.1.1: [MQTT-4.3.3-2])
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
