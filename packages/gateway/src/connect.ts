import { toHex } from '@kiten/codec';
import { type Connect, reasonCodes } from '@kiten/wire';
import { authenticate } from './authentication.ts';
import { connackProperties, keepAliveOf } from './connack.ts';
import { claimRefusal, keeperAway, ownsClientId, refusalOf, refuseConnect } from './connect-refusal.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { drain } from './delivery.ts';
import { observeAdmission } from './observed.ts';
import { identifyByPassword } from './password.ts';
import { resend } from './resend.ts';
import { keepSession, openSession, takeOver } from './session-store.ts';
import { OutgoingAliases } from './topic-aliases.ts';
import { awaitAnswer } from './waiting.ts';
import { willFrom } from './wills.ts';

/**
 * CONNECT: who is it, may it, and what is left of the session it had. Nothing of ours is needed beyond the standard
 * (3.1.1: [MQTT-7.0.0-2]). Answered at once, unless a password has to be
 * verified or the client goes on with AUTH.
 */
export function onConnect(core: Core, connection: Connection, packet: Connect): void {
  connection.version = packet.version;
  connection.maximumPacketSize = packet.properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  if (connection.peer.admission !== 'password') consider(core, connection, packet);
  else identifyByPassword(core, connection, packet, () => consider(core, connection, packet));
}

function consider(core: Core, connection: Connection, packet: Connect): void {
  // [MQTT-3.1.3-6] (3.1.1: [MQTT-3.1.3-6])
  const clientId =
    packet.clientId === '' ? assignedClientId(core, connection) : ownClientId(connection, packet);
  const refusal = refusalOf(core, connection, packet, clientId, true);
  if (refusal !== undefined) refuseConnect(core, connection, refusal);
  else if (packet.properties.authenticationMethod === undefined) accept(core, connection, packet, clientId);
  else {
    authenticate(core, connection, packet, clientId, (data) => {
      // It may have taken a while, and trust may have changed meanwhile.
      const late = refusalOf(core, connection, packet, clientId, false);
      if (late === undefined) accept(core, connection, packet, clientId, data);
      else refuseConnect(core, connection, late);
    });
  }
}

/** Where there are several workers, one of them may have the client id. */
function accept(
  core: Core,
  connection: Connection,
  packet: Connect,
  clientId: string,
  authenticationData?: Uint8Array,
): void {
  const { mesh } = core;
  if (mesh === undefined) {
    enter(core, connection, packet, clientId, authenticationData);
    return;
  }
  awaitAnswer(
    connection,
    () => mesh.claim(connection, clientId),
    (outcome) => {
      const refusal =
        'denial' in outcome
          ? claimRefusal(outcome.denial)
          : refusalOf(core, connection, packet, clientId, false);
      if (refusal !== undefined) refuseConnect(core, connection, refusal);
      else {
        enter(core, connection, packet, clientId, authenticationData);
        if (connection.hasSession && !('denial' in outcome)) mesh.entered(connection.session, outcome);
      }
    },
    () => refuseConnect(core, connection, keeperAway),
  );
}

function enter(
  core: Core,
  connection: Connection,
  packet: Connect,
  clientId: string,
  authenticationData?: Uint8Array,
): void {
  core.bounds.gate.leave(connection.peer);
  core.statistics.connects++;
  observeAdmission(core, connection.device, connection.judged, 1);
  // [MQTT-3.1.3-2] (3.1.1: [MQTT-3.1.3-2])
  connection.clientId = clientId;
  takeOver(core, clientId, connection);
  // [MQTT-3.1.4-4] (3.1.1: [MQTT-3.1.4-3])
  const opened = openSession(core, connection, packet.cleanStart);
  if (opened === undefined) {
    const message = 'The device has as many sessions as it may have.';
    refuseConnect(core, connection, {
      reasonCode: reasonCodes.quotaExceeded,
      code: 'gateway/too-many-sessions',
      message,
    });
    return;
  }
  const { session, present } = opened;
  connection.session = session;
  core.wills.cancel(clientId);
  settle(core, connection, packet);
  keepSession(core, session);
  // [MQTT-3.1.4-5] [MQTT-3.2.0-1] [MQTT-3.2.0-2] [MQTT-3.2.2-2] [MQTT-3.2.2-3]
  // 3.1.1: [MQTT-3.1.4-4] [MQTT-3.2.0-1] [MQTT-3.2.2-1] [MQTT-3.2.2-2] [MQTT-3.2.2-3]
  const isTold = connection.write({
    type: 'connack',
    sessionPresent: present,
    reasonCode: reasonCodes.success,
    properties: connackProperties(core, connection, packet, authenticationData),
  });
  tellOpened(core, connection);
  if (!isTold) {
    connection.end('packet-size-too-small');
    return;
  }
  if (present) {
    resend(session, connection);
    drain(core, session);
  }
  if (core.options.access === 'governed') core.overlap.opened(connection, core.now);
}

/**
 * What the client calls itself. Those that know only a password were made for brokers that take any client id: theirs
 * is put below the device's, where it can displace nobody else's.
 */
function ownClientId({ peer, device }: Connection, { clientId }: Connect): string {
  return peer.admission === 'password' && !ownsClientId(device.id, clientId)
    ? `${device.id}/${clientId}`
    : clientId;
}

/** New, since nobody can guess or repeat it. */
function assignedClientId(core: Core, connection: Connection): string {
  const random = toHex(core.options.random(16));
  return core.options.access === 'open' ? random : `${connection.device.id}/${random}`;
}

/** Takes over what the CONNECT asks for, within our limits. */
function settle(core: Core, connection: Connection, packet: Connect): void {
  const { session } = connection;
  const { properties, will } = packet;
  // Version 4 knows only “until the end of the connection” and “for ever”, which is as long as we allow.
  const wanted =
    packet.version === 5
      ? (properties.sessionExpiryInterval ?? 0)
      : packet.cleanStart
        ? 0
        : Number.POSITIVE_INFINITY;
  session.expiry = Math.min(wanted, core.limits.sessionExpiry);
  // [MQTT-4.9.0-1]
  session.window.limit = Math.min(properties.receiveMaximum ?? 65_535, core.limits.inflightMessages);
  const aliases = Math.min(properties.topicAliasMaximum ?? 0, core.limits.topicAliases);
  connection.aliases = aliases === 0 ? undefined : new OutgoingAliases(aliases);
  connection.problemInformation = properties.requestProblemInformation ?? true;
  connection.patience = keepAliveOf(core, packet) * 1500; // [MQTT-3.1.2-22] (3.1.1: [MQTT-3.1.2-24])
  connection.deadline = Number.POSITIVE_INFINITY;
  connection.state = 'open';
  if (will !== undefined) {
    // [MQTT-3.1.2-7] [MQTT-3.1.2-9] (3.1.1: [MQTT-3.1.2-8] [MQTT-3.1.2-9])
    connection.will = willFrom(will, { publisher: connection.device, clientId: connection.clientId });
  }
}

function tellOpened(core: Core, connection: Connection): void {
  const { device, clientId, peer, version, admission } = connection;
  const { address, port, serial, fingerprint, resumed } = peer;
  core.emit({
    kind: 'session-opened',
    device: device.id,
    clientId,
    address,
    port,
    serial,
    fingerprint,
    version,
    resumed,
    by: peer.admission ?? 'certificate',
    admission: admission === 'full' ? 'full' : 'restricted',
    at: core.now,
  });
}
