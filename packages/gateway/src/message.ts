import { noProperties, type Properties, type Publish, type Will } from '@kiten/wire';
import { annotated } from './annotation.ts';
import type { CachedDecision } from './decision-cache.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Recipient } from './recipient.ts';
import type { SharedGroup } from './shared-group.ts';
import type { Sourced } from './sourced.ts';

/**
 * A message on its way, with bytes of its own. It remembers who said it, so that it can be judged again by that
 * device's trust at the moment of each delivery.
 */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  /** As published. */
  readonly retain: boolean;
  readonly will: boolean;
  /** Those that are passed on; without the expiry, which is `expiresAt`. */
  readonly properties: Properties;
  readonly publisher: DeviceRecord;
  /** The client that published it, for no-local. */
  readonly clientId: string;
  readonly expiresAt: number | undefined;
  /** The topic as it was written, if it is at hand. */
  readonly topicBytes?: Buffer;
}

/** One message to one session. */
export interface Delivery {
  readonly message: Message;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly identifiers: readonly number[] | undefined;
  /** What a client of version 5 is told of the readings in it, as things stood when it was judged last. */
  readonly note: Sourced | undefined;
  /** The group whose members share it, if it goes to one of them. */
  readonly group?: SharedGroup | undefined;
  /** The same of one that was read from the disk: the filter of the group, `$share/NAME/…`. */
  readonly groupFilter?: string | undefined;
  /** What was decided when it came: while it holds, it need not be decided again. */
  readonly decided?: Decided | undefined;
}

/** That a message of a publisher may go to a recipient, and under which conditions. */
export interface Decided {
  readonly decision: CachedDecision;
  readonly recipient: Recipient;
}

/** Copies a decoded PUBLISH or will out of the chunk it came in. */
export function messageFrom(
  packet: Publish | Will,
  origin: { publisher: DeviceRecord; clientId: string; now: number; will: boolean },
): Message {
  const expiry = packet.properties.messageExpiryInterval;
  return {
    topic: packet.topic,
    payload: Buffer.from(packet.payload),
    qos: packet.qos,
    retain: packet.retain,
    will: origin.will,
    properties: passedOn(packet.properties),
    publisher: origin.publisher,
    clientId: origin.clientId,
    expiresAt: expiry === undefined ? undefined : origin.now + expiry * 1000,
  };
}

/**
 * These reach the subscriber unaltered: [MQTT-3.3.2-4] [MQTT-3.3.2-15] to [MQTT-3.3.2-18] [MQTT-3.3.2-20], those of a
 * will as well [MQTT-3.1.3-10].
 */
function passedOn(properties: Properties): Properties {
  if (properties === noProperties) return noProperties;
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = properties;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties }),
  };
}

/** Whether its time is over [MQTT-3.3.2-5]. */
export function hasExpired(message: Message, now: number): boolean {
  return message.expiresAt !== undefined && message.expiresAt <= now;
}

/** The PUBLISH that brings it to a subscriber; what is left of its life goes with it [MQTT-3.3.2-6]. */
export function publishPacket(delivery: Delivery, packetId: number, dup: boolean, now: number): Publish {
  const { message, qos, retain, identifiers, note } = delivery;
  const said = note === undefined ? message.properties : annotated(message.properties, note);
  const properties: Properties =
    message.expiresAt === undefined && identifiers === undefined
      ? said
      : {
          ...said,
          ...(message.expiresAt === undefined
            ? {}
            : { messageExpiryInterval: Math.max(0, Math.ceil((message.expiresAt - now) / 1000)) }),
          ...(identifiers === undefined ? {} : { subscriptionIdentifiers: identifiers }),
        };
  const packet = {
    type: 'publish',
    topic: message.topic,
    payload: message.payload,
    qos,
    retain,
    dup,
    properties,
  } as const;
  return qos === 0 ? packet : { ...packet, packetId };
}
