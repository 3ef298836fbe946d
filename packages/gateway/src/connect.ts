import { toHex } from '@kiten/codec';
import { type Connect, connectReturnCode, noProperties, type Properties, reasonCodes } from '@kiten/wire';
import { registerRefusal } from './admission.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { drain, resend } from './delivery.ts';
import type { DeviceRecord } from './device-record.ts';
import { messageFrom } from './message.ts';
import { isPublishable } from './publish.ts';
import { openSession, takeOver } from './session-store.ts';

interface ConnectRefusal {
  readonly reasonCode: number;
  readonly code: string;
  readonly message: string;
}

/** CONNECT: who is it, may it, and what is left of the session it had. */
export function onConnect(core: Core, connection: Connection, packet: Connect): void {
  connection.version = packet.version;
  const clientId = packet.clientId === '' ? assignedClientId(core, connection) : packet.clientId;
  const refusal = refusalOf(core, connection, packet, clientId);
  if (refusal !== undefined) {
    refuseConnect(core, connection, refusal);
    return;
  }
  connection.clientId = clientId;
  takeOver(core, clientId, connection);
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
  connection.write({
    type: 'connack',
    sessionPresent: present,
    reasonCode: reasonCodes.success,
    properties: connackProperties(core, connection, packet),
  });
  tellOpened(core, connection);
  if (present) {
    resend(core, session, connection);
    drain(core, session);
  }
  if (core.options.access === 'governed') core.overlap.opened(connection, core.now);
}

/** Answers a CONNECT with a refusal, if its version has a code for it, and closes [MQTT-3.2.2-5] [MQTT-3.2.2-7]. */
export function refuseConnect(core: Core, connection: Connection, refusal: ConnectRefusal): void {
  const { reasonCode, code, message } = refusal;
  const { address, device } = connection.peer;
  core.refusals.note({ kind: 'connect-refused', code, message, address, device }, core.now);
  const answered = connection.version === 5 ? reasonCode : connectReturnCode(reasonCode);
  if (answered !== undefined) {
    const properties: Properties = connection.version === 5 ? { reasonString: message } : noProperties;
    connection.write({ type: 'connack', sessionPresent: false, reasonCode: answered, properties });
  }
  connection.end(code);
}

function refusalOf(
  core: Core,
  connection: Connection,
  packet: Connect,
  clientId: string,
): ConnectRefusal | undefined {
  const { device, peer } = connection;
  const open = core.options.access === 'open';
  const { properties, will } = packet;
  if (!open && !ownsClientId(device.id, clientId)) {
    const message = `A client id is the device's id, ${device.id}, or begins with ${device.id}/.`;
    return { reasonCode: reasonCodes.clientIdentifierNotValid, code: 'gateway/client-id-not-own', message };
  }
  if (clientId.length > core.limits.topicLength) {
    const message = 'The client id is too long.';
    return { reasonCode: reasonCodes.clientIdentifierNotValid, code: 'gateway/client-id-too-long', message };
  }
  if (properties.authenticationMethod !== undefined) {
    const message = 'No authentication beyond the certificate is offered here.';
    return {
      reasonCode: reasonCodes.badAuthenticationMethod,
      code: 'gateway/authentication-method',
      message,
    };
  }
  if (!open && packet.password !== undefined) {
    const message =
      'Passwords are not accepted: the certificate is the credential. Remove the password from the client.';
    return { reasonCode: reasonCodes.badUserNameOrPassword, code: 'gateway/password-not-accepted', message };
  }
  if (!open && isTooOften(core, device)) {
    const message = 'The device connects too often.';
    return { reasonCode: reasonCodes.connectionRateExceeded, code: 'gateway/connects-too-often', message };
  }
  if (core.replica.stale) {
    const message = 'The gateway has lost touch with the site and lets nobody in until it is back.';
    return { reasonCode: reasonCodes.serverUnavailable, code: 'gateway/replica-stale', message };
  }
  const known = device.device;
  const refused = open ? undefined : registerRefusal(device, peer.serial);
  if (refused !== undefined) return { reasonCode: reasonCodes.notAuthorized, ...refused };
  connection.admission = core.judge.admission(device);
  connection.standing = known?.standing ?? 'admitted';
  if (connection.admission === 'none') {
    const message = 'Policy permits the device neither to connect nor to attest.';
    return { reasonCode: reasonCodes.notAuthorized, code: 'gateway/connect-denied', message };
  }
  if (will !== undefined && !isPublishable(core, will.topic)) {
    const message = 'The topic of the will is too long or has too many levels.';
    return { reasonCode: reasonCodes.topicNameInvalid, code: 'gateway/will-topic', message };
  }
  return undefined;
}

function isTooOften(core: Core, { connects }: DeviceRecord): boolean {
  if (core.now - connects.since >= 60_000) {
    connects.since = core.now;
    connects.count = 0;
  }
  connects.count++;
  return connects.count > core.limits.connectsPerDevice;
}

function ownsClientId(device: string, clientId: string): boolean {
  return clientId === device || clientId.startsWith(`${device}/`);
}

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
  session.window.limit = Math.min(properties.receiveMaximum ?? 65_535, core.limits.inflightMessages);
  connection.maximumPacketSize = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  connection.problemInformation = properties.requestProblemInformation ?? true;
  connection.patience = keepAliveOf(core, packet) * 1500; // [MQTT-3.1.2-22]
  connection.deadline = Number.POSITIVE_INFINITY;
  connection.state = 'open';
  if (will !== undefined) {
    const origin = { publisher: connection.device, clientId: connection.clientId, now: core.now, will: true };
    connection.will = { message: messageFrom(will, origin), delay: will.properties.willDelayInterval ?? 0 };
  }
}

function keepAliveOf(core: Core, packet: Connect): number {
  const most = core.limits.maximumKeepAlive;
  if (most === 0 || packet.version === 4) return packet.keepAlive;
  return packet.keepAlive === 0 ? most : Math.min(packet.keepAlive, most);
}

function connackProperties(core: Core, connection: Connection, packet: Connect): Properties {
  if (packet.version === 4) return noProperties;
  const keepAlive = keepAliveOf(core, packet);
  const { expiry } = connection.session;
  return {
    ...(packet.clientId === '' ? { assignedClientIdentifier: connection.clientId } : {}),
    ...(keepAlive === packet.keepAlive ? {} : { serverKeepAlive: keepAlive }),
    ...(expiry === (packet.properties.sessionExpiryInterval ?? 0) ? {} : { sessionExpiryInterval: expiry }),
    receiveMaximum: core.limits.unreleasedMessages,
    maximumPacketSize: core.limits.packetSize,
    sharedSubscriptionAvailable: false,
  };
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
    admission: admission === 'full' ? 'full' : 'restricted',
    at: core.now,
  });
}
