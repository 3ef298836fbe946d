import { isDeepStrictEqual } from 'node:util';
import type { Publish } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Due, Form, Grant } from './due.ts';
import { lifeLeft, type Message } from './message.ts';
import type { Sent } from './session.ts';

/** A PUBLISH with its topic, if that was left out for an alias. */
export interface Publication extends Publish {
  readonly version: 4 | 5;
}

/** The form of a message that a PUBLISH has, if it brings it for the first time. */
export function formOf(publication: Publication, due: Due, now: number): Form | undefined {
  const { message } = due;
  if (!due.isAlive(now) || !isSame(publication, message)) return undefined;
  if (!isLifeOf(publication, message, now)) return undefined;
  return due
    .forms()
    .find(
      ({ qos, grants, retain }) =>
        publication.qos === qos && retain.includes(publication.retain) && hasIdentifiers(publication, grants),
    );
}

/** What is different in a PUBLISH that is sent again, if anything is. */
export function differenceOf(
  publication: Publication,
  { due, form }: Sent,
  current: ReadonlyMap<string, Grant>,
): string | undefined {
  if (!isSame(publication, due.message)) return 'another message';
  if (publication.qos !== form.qos) return 'another QoS';
  if (!form.retain.includes(publication.retain)) return 'another RETAIN flag';
  // The identifiers may be those of then or those of now (MQTT 5.0 §3.8.4).
  const renewed = form.grants.map((grant) => current.get(grant.filter) ?? grant);
  if (!hasIdentifiers(publication, form.grants) && !hasIdentifiers(publication, renewed))
    return 'other subscription identifiers';
  // Once sent it doesn't expire any more, and how old it is then said to be is left open.
  const { messageExpiryInterval } = publication.properties;
  const mayHaveLife = publication.version === 5 && due.message.expiry !== undefined;
  if ((messageExpiryInterval !== undefined) !== mayHaveLife) return 'the message expiry interval';
  return undefined;
}

/** Finds what the alias stands for, and remembers it; says what is wrong with it. */
export function resolveAlias(packet: Publish, { aliases, wishes }: Connection): Publication | string {
  const { topicAlias } = packet.properties;
  const { version } = wishes;
  if (topicAlias === undefined) return { ...packet, version };
  // [MQTT-3.1.2-26] [MQTT-3.1.2-27]
  if (topicAlias > wishes.topicAliasMaximum) return 'a topic alias beyond the maximum';
  if (packet.topic !== '') aliases.set(topicAlias, packet.topic);
  const topic = aliases.get(topicAlias);
  return topic === undefined ? 'an alias that stands for nothing' : { ...packet, topic, version };
}

/** [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20] */
function isSame(publication: Publication, message: Message): boolean {
  const { topic, payload, properties, version } = publication;
  if (topic !== message.topic || payload.toString() !== message.payload) return false;
  const { messageExpiryInterval: _, subscriptionIdentifiers: __, topicAlias: ___, ...passedOn } = properties;
  return isDeepStrictEqual(passedOn, version === 5 ? { ...message.properties } : {});
}

/** [MQTT-3.3.2-6], to the second. */
function isLifeOf({ properties, version }: Publication, message: Message, now: number): boolean {
  const { messageExpiryInterval } = properties;
  if (message.expiry === undefined || version === 4) return messageExpiryInterval === undefined;
  const left = lifeLeft(message, now) / 1000;
  return messageExpiryInterval === Math.floor(left) || messageExpiryInterval === Math.ceil(left);
}

/** [MQTT-3.3.4-3] [MQTT-3.3.4-4] [MQTT-3.3.4-5] */
function hasIdentifiers({ properties, version }: Publication, grants: readonly Grant[]): boolean {
  const expected = grants.flatMap(({ identifier }) => (identifier === undefined ? [] : [identifier]));
  const found = properties.subscriptionIdentifiers ?? [];
  const inOrder = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join();
  return inOrder(found) === inOrder(version === 5 ? expected : []);
}
