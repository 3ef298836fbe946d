import { type Connect, connectReturnCode, noProperties, type Properties, reasonCodes } from '@kiten/wire';
import { registerRefusal } from './admission.ts';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { DeviceRecord } from './device-record.ts';
import type { DenialOfClaim } from './mesh/link-message.ts';
import { isText } from './payload/payload-check.ts';
import { isPublishable } from './publish.ts';

/** Why a CONNECT is turned away. */
export interface ConnectRefusal {
  readonly reasonCode: number;
  /** `gateway/…` */
  readonly code: string;
  readonly message: string;
  /** What the client is told, if it is less. */
  readonly told?: string;
}

/**
 * Answers a CONNECT with a refusal, if its version has a code for it, and closes [MQTT-3.2.2-7] [MQTT-3.1.4-2]
 * [MQTT-4.13.2-1] (3.1.1: [MQTT-3.2.2-5] [MQTT-3.2.2-6]). What follows is not looked at [MQTT-3.1.4-6]
 * (3.1.1: [MQTT-3.1.4-5]).
 */
export function refuseConnect(core: Core, connection: Connection, refusal: ConnectRefusal): void {
  const { reasonCode, code, message } = refusal;
  const { peer, device } = connection;
  const named = device.id === '' ? {} : { device: device.id };
  core.refusals.note({ kind: 'connect-refused', code, message, address: peer.address, ...named }, core.now);
  const answered = connection.version === 5 ? reasonCode : connectReturnCode(reasonCode);
  if (answered !== undefined) {
    const reasonString = refusal.told ?? message;
    const properties: Properties = connection.version === 5 ? { reasonString } : noProperties;
    connection.write({ type: 'connack', sessionPresent: false, reasonCode: answered, properties });
  }
  connection.end(code);
}

/**
 * What speaks against a CONNECT, if anything does; sets how far the device is let in. `isFirst` unless it was asked
 * about this CONNECT before.
 */
export function refusalOf(
  core: Core,
  connection: Connection,
  packet: Connect,
  clientId: string,
  isFirst: boolean,
): ConnectRefusal | undefined {
  const isOpen = core.options.access === 'open';
  return (
    clientIdRefusal(core, connection, clientId) ??
    (isOpen ? undefined : passwordRefusal(connection, packet)) ??
    (isOpen || !isFirst ? undefined : rateRefusal(core, connection)) ??
    stalenessRefusal(core) ??
    (isOpen ? undefined : registered(connection)) ??
    admissionRefusal(core, connection) ??
    willRefusal(core, packet)
  );
}

/** The standard's own identifiers pass as long as they are the device's [MQTT-3.1.3-5] (3.1.1: [MQTT-3.1.3-5]). */
function clientIdRefusal(core: Core, { device }: Connection, clientId: string): ConnectRefusal | undefined {
  // [MQTT-3.1.3-8] (3.1.1: [MQTT-3.1.3-9])
  const reasonCode = reasonCodes.clientIdentifierNotValid;
  if (core.options.access !== 'open' && !ownsClientId(device.id, clientId)) {
    const message = `A client id is the device's id, ${device.id}, or begins with ${device.id}/.`;
    return { reasonCode, code: 'gateway/client-id-not-own', message };
  }
  if (clientId.length > core.limits.topicLength) {
    return { reasonCode, code: 'gateway/client-id-too-long', message: 'The client id is too long.' };
  }
  return undefined;
}

function passwordRefusal({ peer }: Connection, { password }: Connect): ConnectRefusal | undefined {
  if (password === undefined || peer.admission === 'password') return undefined;
  const message =
    'Passwords are not accepted: the certificate is the credential. Remove the password from the client.';
  return { reasonCode: reasonCodes.badUserNameOrPassword, code: 'gateway/password-not-accepted', message };
}

function rateRefusal(core: Core, { device }: Connection): ConnectRefusal | undefined {
  return isTooOften(core, device) ? tooOften : undefined;
}

const tooOften: ConnectRefusal = {
  reasonCode: reasonCodes.connectionRateExceeded,
  code: 'gateway/connects-too-often',
  message: 'The device connects too often.',
};

function stalenessRefusal(core: Core): ConnectRefusal | undefined {
  if (!core.replica.stale) return undefined;
  const message = 'The gateway has lost touch with the site and lets nobody in until it is back.';
  return { reasonCode: reasonCodes.serverUnavailable, code: 'gateway/replica-stale', message };
}

function registered({ device, peer }: Connection): ConnectRefusal | undefined {
  const refused = registerRefusal(device, peer.serial);
  return refused === undefined ? undefined : { reasonCode: reasonCodes.notAuthorized, ...refused };
}

function admissionRefusal(core: Core, connection: Connection): ConnectRefusal | undefined {
  connection.judged = core.judge.admission(connection.device);
  connection.admission = connection.judged.admission;
  connection.standing = connection.device.device?.standing ?? 'admitted';
  if (connection.admission !== 'none') return undefined;
  const message = 'Policy permits the device neither to connect nor to attest.';
  return { reasonCode: reasonCodes.notAuthorized, code: 'gateway/connect-denied', message };
}

function willRefusal(core: Core, { will, version }: Connect): ConnectRefusal | undefined {
  if (will === undefined) return undefined;
  if (!isPublishable(core, will.topic)) {
    const message = 'The topic of the will is too long or has too many levels.';
    return { reasonCode: reasonCodes.topicNameInvalid, code: 'gateway/will-topic', message };
  }
  if (!isText(core, will.properties, will.payload)) {
    const message = 'The will says that it is text, and is not UTF-8.';
    return { reasonCode: reasonCodes.payloadFormatInvalid, code: 'gateway/will-format', message };
  }
  // [MQTT-3.2.2-13]
  if (will.retain && core.limits.retainedMessages === 0 && version === 5) {
    const message = 'Nothing is retained here, a will neither.';
    return { reasonCode: reasonCodes.retainNotSupported, code: 'gateway/will-retained', message };
  }
  return undefined;
}

/** Counts a CONNECT of a device. */
export function isTooOften(core: Core, { connects }: DeviceRecord): boolean {
  if (core.now - connects.since >= 60_000) {
    connects.since = core.now;
    connects.count = 0;
  }
  connects.count++;
  return connects.count > core.limits.connectsPerDevice;
}

/** Why a CONNECT is turned away by what the device has at all workers together. */
export function claimRefusal(denial: DenialOfClaim): ConnectRefusal {
  switch (denial) {
    case 'connects-too-often':
      return tooOften;
    case 'too-many-connections': {
      const message = 'The device has as many connections as it may have.';
      return { reasonCode: reasonCodes.quotaExceeded, code: 'gateway/too-many-connections', message };
    }
    case 'too-many-sessions': {
      const message = 'The device has as many sessions as it may have.';
      return { reasonCode: reasonCodes.quotaExceeded, code: 'gateway/too-many-sessions', message };
    }
  }
}

/** The worker that knows who has which client id is about to be started again. */
export const keeperAway: ConnectRefusal = {
  reasonCode: reasonCodes.serverUnavailable,
  code: 'gateway/keeper-away',
  message: 'The worker that keeps sessions is being started: try again in a moment.',
};

/** Whether a client id is the device's to use. */
export function ownsClientId(device: string, clientId: string): boolean {
  return clientId === device || clientId.startsWith(`${device}/`);
}
