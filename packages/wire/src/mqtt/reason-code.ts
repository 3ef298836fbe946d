/** The reason codes of MQTT 5.0 by name (MQTT 5.0 §2.4). 0x80 and above are failures. */
export const reasonCodes = {
  /** Also: normal disconnection, granted QoS 0. */
  success: 0x00,
  grantedQos1: 0x01,
  grantedQos2: 0x02,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reauthenticate: 0x19,
  unspecifiedError: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecificError: 0x83,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdentifierInUse: 0x91,
  packetIdentifierNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrativeAction: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  sharedSubscriptionsNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
  maximumConnectTime: 0xa0,
  subscriptionIdentifiersNotSupported: 0xa1,
  wildcardSubscriptionsNotSupported: 0xa2,
} as const;

export type ReasonCodeName = keyof typeof reasonCodes;

const names = new Map<number, ReasonCodeName>(
  Object.entries(reasonCodes).map(([name, code]) => [code, name as ReasonCodeName]),
);

/** The name of a reason code for logs: `0x87` is `notAuthorized`; `undefined` if MQTT 5.0 defines no such code. */
export function reasonCodeName(code: number): ReasonCodeName | undefined {
  return names.get(code);
}

/** The CONNACK return codes of MQTT 3.1.1 (§3.2.2.3). */
export const connectReturnCodes = {
  accepted: 0,
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;

/** The SUBACK return code of MQTT 3.1.1 for a refused subscription (§3.9.3). */
export const subscriptionFailure = 0x80;

const returnCodeOf = new Map<number, number>([
  [reasonCodes.success, connectReturnCodes.accepted],
  [reasonCodes.unsupportedProtocolVersion, connectReturnCodes.unacceptableProtocolVersion],
  [reasonCodes.clientIdentifierNotValid, connectReturnCodes.identifierRejected],
  [reasonCodes.serverUnavailable, connectReturnCodes.serverUnavailable],
  [reasonCodes.serverBusy, connectReturnCodes.serverUnavailable],
  [reasonCodes.badUserNameOrPassword, connectReturnCodes.badUserNameOrPassword],
  [reasonCodes.badAuthenticationMethod, connectReturnCodes.badUserNameOrPassword],
  [reasonCodes.notAuthorized, connectReturnCodes.notAuthorized],
  [reasonCodes.banned, connectReturnCodes.notAuthorized],
]);

/**
 * The MQTT 3.1.1 CONNACK return code that says what an MQTT 5.0 CONNACK reason code says; `undefined` where 3.1.1
 * has none and the server closes the connection without a CONNACK (MQTT 3.1.1 §3.2.2.3 [MQTT-3.2.2-6]).
 */
export function connectReturnCode(reasonCode: number): number | undefined {
  return returnCodeOf.get(reasonCode);
}
