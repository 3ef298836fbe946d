import { type Connect, noProperties, type Properties, validTopicName } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';

/** A remaining length of four bytes, and what stands before it (MQTT 5.0 §2.1.4). */
export const largestPacket = 268_435_460;

/** What a client is told that is let in; version 3.1.1 has no room for it. What is not said is the standard's default. */
export function connackProperties(
  core: Core,
  connection: Connection,
  packet: Connect,
  authenticationData: Uint8Array | undefined,
): Properties {
  if (packet.version === 4) return noProperties;
  const { limits } = core;
  const { expiry } = connection.session;
  const keepAlive = keepAliveOf(core, packet);
  const { authenticationMethod, requestResponseInformation, sessionExpiryInterval } = packet.properties;
  return {
    // [MQTT-3.1.3-7] [MQTT-3.2.2-16]
    ...(packet.clientId === '' ? { assignedClientIdentifier: connection.clientId } : {}),
    ...(keepAlive === packet.keepAlive ? {} : { serverKeepAlive: keepAlive }),
    ...(expiry === (sessionExpiryInterval ?? 0) ? {} : { sessionExpiryInterval: expiry }),
    receiveMaximum: limits.unreleasedMessages,
    // As much as there can be needs no saying, and some clients take no larger number than a remaining length.
    ...(limits.packetSize >= largestPacket ? {} : { maximumPacketSize: limits.packetSize }),
    ...(limits.topicAliases === 0 ? {} : { topicAliasMaximum: limits.topicAliases }),
    ...(limits.retainedMessages === 0 ? { retainAvailable: false } : {}),
    // [MQTT-3.1.2-28]
    ...(requestResponseInformation === true ? responsesTo(core, connection) : {}),
    // [MQTT-4.12.0-5] [MQTT-4.12.0-6]
    ...(authenticationMethod === undefined ? {} : { authenticationMethod }),
    ...(authenticationData === undefined ? {} : { authenticationData: Buffer.from(authenticationData) }),
  };
}

/** Seconds. The client's own [MQTT-3.2.2-22], unless it is longer than we allow and can be told so. */
export function keepAliveOf(core: Core, packet: Connect): number {
  const most = core.limits.maximumKeepAlive;
  if (most === 0 || packet.version === 4) return packet.keepAlive;
  return packet.keepAlive === 0 ? most : Math.min(packet.keepAlive, most);
}

/** The beginning of topics that this client alone can hear, by the policies that a site starts with. */
function responsesTo(core: Core, { clientId, device }: Connection): Properties {
  const names =
    core.options.access === 'open'
      ? [`response/${clientId}`]
      : [`c/${clientId}/response`, `c/${device.id}/response`];
  const responseInformation = names.find(validTopicName);
  return responseInformation === undefined ? {} : { responseInformation };
}
