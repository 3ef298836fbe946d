import { KitenError } from '@kiten/codec';
import { reasonCodes } from './reason-code.ts';

const { malformedPacket, protocolError } = reasonCodes;

/**
 * Every refusal of this package with the MQTT 5.0 reason code that tells the peer about it (§4.13). A packet that
 * cannot be parsed is malformed; one that can be parsed and says what the protocol forbids is a protocol error.
 */
export const mqttErrorCodes = {
  // Framing
  'wire/mqtt-packet-type': malformedPacket,
  'wire/mqtt-packet-flags': malformedPacket,
  'wire/mqtt-remaining-length': malformedPacket,
  'wire/mqtt-packet-too-large': reasonCodes.packetTooLarge,
  // Fields
  'wire/mqtt-truncated': malformedPacket,
  'wire/mqtt-trailing-bytes': malformedPacket,
  'wire/mqtt-variable-byte-integer': malformedPacket,
  'wire/mqtt-ill-formed-text': malformedPacket,
  'wire/mqtt-null-character': malformedPacket,
  'wire/mqtt-disallowed-character': malformedPacket,
  'wire/mqtt-field-too-long': malformedPacket,
  'wire/mqtt-integer-range': malformedPacket,
  'wire/mqtt-packet-identifier': protocolError,
  'wire/mqtt-reason-code': protocolError,
  'wire/mqtt-wrong-sender': protocolError,
  // CONNECT and CONNACK
  'wire/mqtt-protocol-name': reasonCodes.unsupportedProtocolVersion,
  'wire/mqtt-protocol-version': reasonCodes.unsupportedProtocolVersion,
  'wire/mqtt-connect-flags': malformedPacket,
  'wire/mqtt-will-flags': malformedPacket,
  'wire/mqtt-password-without-user-name': malformedPacket,
  'wire/mqtt-client-identifier': reasonCodes.clientIdentifierNotValid,
  'wire/mqtt-acknowledge-flags': malformedPacket,
  'wire/mqtt-session-present': protocolError,
  // PUBLISH
  'wire/mqtt-qos': malformedPacket,
  'wire/mqtt-duplicate-flag': malformedPacket,
  'wire/mqtt-topic-name': reasonCodes.topicNameInvalid,
  'wire/mqtt-topic-missing': protocolError,
  'wire/mqtt-topic-alias': reasonCodes.topicAliasInvalid,
  'wire/mqtt-response-topic': protocolError,
  // SUBSCRIBE and UNSUBSCRIBE
  'wire/mqtt-topic-filter': reasonCodes.topicFilterInvalid,
  'wire/mqtt-topic-filter-missing': protocolError,
  'wire/mqtt-subscription-options': malformedPacket,
  'wire/mqtt-subscription-qos': protocolError,
  'wire/mqtt-retain-handling': protocolError,
  'wire/mqtt-shared-no-local': protocolError,
  // Properties
  'wire/mqtt-property-length': malformedPacket,
  'wire/mqtt-property-unknown': malformedPacket,
  'wire/mqtt-property-not-allowed': malformedPacket,
  'wire/mqtt-property-duplicate': protocolError,
  'wire/mqtt-property-value': protocolError,
  'wire/mqtt-authentication-method-missing': protocolError,
} as const satisfies Record<`wire/mqtt-${string}`, number>;

export type MqttErrorCode = keyof typeof mqttErrorCodes;

/**
 * A packet that MQTT doesn't allow. `reasonCode` is what a DISCONNECT (or CONNACK) of MQTT 5.0 says about it;
 * `detail.offset`, where given, is the place in bytes from the start of the packet's body.
 */
export class MqttError extends KitenError {
  readonly reasonCode: number;
  declare readonly code: MqttErrorCode;

  constructor(code: MqttErrorCode, message: string, detail?: Readonly<Record<string, unknown>>) {
    super(code, message, detail === undefined ? {} : { detail });
    this.reasonCode = mqttErrorCodes[code];
  }

  static {
    MqttError.prototype.name = 'MqttError';
  }
}
