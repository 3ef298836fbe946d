import {
  literalPrefix,
  reasonCodes,
  type Subscribe,
  type Unsubscribe,
  type Subscription as Wanted,
} from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { actionOn } from './judge.ts';
import { isWithinLimits, refusalReason } from './publish.ts';
import type { Subscription } from './subscriptions.ts';
import { topicResource } from './topic-resource.ts';

/** SUBSCRIBE: each filter is judged by itself; retained messages follow the SUBACK. */
export function onSubscribe(core: Core, connection: Connection, packet: Subscribe): void {
  const identifier = packet.properties.subscriptionIdentifiers?.[0];
  const granted: { wanted: Wanted; subscription: Subscription; isNew: boolean }[] = [];
  const reasonCodesOfFilters = packet.subscriptions.map((wanted) => {
    const code = refusalOf(core, connection, wanted.filter);
    if (code !== undefined) return connection.version === 5 ? code : reasonCodes.unspecifiedError;
    const isNew = !connection.session.subscriptions.has(wanted.filter);
    granted.push({ wanted, subscription: add(core, connection, wanted, identifier), isNew });
    return wanted.qos;
  });
  const refused = reasonCodesOfFilters.some((code) => code === reasonCodes.notAuthorized);
  const properties = refused ? connection.reason(refusalReason) : {};
  connection.write({
    type: 'suback',
    packetId: packet.packetId,
    reasonCodes: reasonCodesOfFilters,
    properties,
  });
  for (const { wanted, subscription, isNew } of granted) {
    // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    if (wanted.retainHandling === 0 || (wanted.retainHandling === 1 && isNew))
      sendRetained(core, subscription);
  }
}

export function onUnsubscribe(core: Core, connection: Connection, packet: Unsubscribe): void {
  const { subscriptions } = connection.session;
  const codes = packet.filters.map((filter) => {
    const subscription = subscriptions.get(filter);
    if (subscription === undefined) return reasonCodes.noSubscriptionExisted;
    subscriptions.delete(filter);
    core.subscriptions.remove(subscription);
    return reasonCodes.success;
  });
  connection.write({
    type: 'unsuback',
    packetId: packet.packetId,
    reasonCodes: connection.version === 5 ? codes : [],
    properties: {},
  });
}

function refusalOf(core: Core, connection: Connection, filter: string): number | undefined {
  // Shared subscriptions are declared unavailable; taking the filter literally would surprise 3.1.1 clients too.
  if (filter.startsWith('$share/')) return reasonCodes.sharedSubscriptionsNotSupported;
  if (!isWithinLimits(core, filter)) return reasonCodes.topicFilterInvalid;
  const { subscriptions } = connection.session;
  if (!subscriptions.has(filter) && subscriptions.size >= core.limits.subscriptionsPerSession) {
    return reasonCodes.quotaExceeded;
  }
  const topic = topicResource(literalPrefix(filter));
  const judgement = core.judge.message('subscribe', connection.device, topic, { retain: false, will: false });
  const action = actionOn(topic, 'subscribe');
  core.counts.count(connection.device.id, action, filter, judgement.allow);
  if (judgement.allow) return undefined;
  core.statistics.refused++;
  core.denials.note(
    { device: connection.device.id, action, topic: filter, policies: judgement.policies },
    core.now,
    1,
  );
  if (!core.replica.stale)
    core.probing.refused(connection, 'subscribe', { ...topic, path: filter }, core.now);
  return reasonCodes.notAuthorized;
}

function add(
  core: Core,
  connection: Connection,
  wanted: Wanted,
  identifier: number | undefined,
): Subscription {
  const { filter, qos, noLocal, retainAsPublished } = wanted;
  const prefix = topicResource(literalPrefix(filter));
  const { session } = connection;
  const subscription = { session, filter, prefix, qos, noLocal, retainAsPublished, identifier };
  session.subscriptions.set(filter, subscription);
  core.subscriptions.add(subscription);
  return subscription;
}

/** Each retained message is judged as a delivery, by what its publisher is worth now. */
function sendRetained(core: Core, { session, filter, qos, identifier }: Subscription): void {
  for (const message of core.retained.match(filter, core.now)) {
    const topic = topicResource(message.topic);
    const context = { retain: true, will: message.will, publisher: message.publisher };
    const judgement = core.judge.message('receive', session.device, topic, context);
    const action = actionOn(topic, 'receive');
    core.counts.count(session.device.id, action, message.topic, judgement.allow);
    if (judgement.allow) {
      const least = message.qos < qos ? message.qos : qos;
      const identifiers = identifier === undefined ? undefined : [identifier];
      deliver(core, session, { message, qos: least, retain: true, identifiers });
    } else {
      core.statistics.withheld++;
      const denial = {
        device: session.device.id,
        action,
        topic: message.topic,
        policies: judgement.policies,
      };
      core.denials.note(denial, core.now, 1);
    }
  }
}
