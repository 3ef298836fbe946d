/**
 * The properties of an MQTT 5.0 packet (MQTT 5.0 §2.2.2). A property that is absent is `undefined`, never a
 * default: the defaults depend on the packet and are the reader's to apply.
 *
 * Numbers are unsigned; intervals are seconds; sizes are bytes. Binary values are views on the decoded bytes.
 * In MQTT 3.1.1 there are none, and a packet of that version has {@link noProperties}.
 */
export interface Properties {
  readonly payloadFormatIndicator?: 0 | 1;
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  /** A topic name: neither empty nor with a wildcard [MQTT-3.3.2-14]. */
  readonly responseTopic?: string;
  readonly correlationData?: Buffer;
  /** Each 1 to 268,435,455. In SUBSCRIBE at most one. Never empty. */
  readonly subscriptionIdentifiers?: readonly number[];
  readonly sessionExpiryInterval?: number;
  readonly assignedClientIdentifier?: string;
  readonly serverKeepAlive?: number;
  readonly authenticationMethod?: string;
  readonly authenticationData?: Buffer;
  readonly requestProblemInformation?: boolean;
  readonly willDelayInterval?: number;
  readonly requestResponseInformation?: boolean;
  readonly responseInformation?: string;
  readonly serverReference?: string;
  readonly reasonString?: string;
  /** 1 to 65,535. */
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  /** 1 to 65,535 [MQTT-3.3.2-8]. */
  readonly topicAlias?: number;
  readonly maximumQos?: 0 | 1;
  readonly retainAvailable?: boolean;
  /** Pairs of name and value in the order they were sent; a name may occur again. Never empty. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
  /** 1 to 4,294,967,295. */
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable?: boolean;
  readonly subscriptionIdentifiersAvailable?: boolean;
  readonly sharedSubscriptionAvailable?: boolean;
}

/** The one empty set of properties, shared by every packet that has none. */
export const noProperties: Properties = Object.freeze({});
