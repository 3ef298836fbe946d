import { reasonCodes, type Subscribe, sharedFilter, type Unsubscribe } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { drain } from './delivery.ts';
import { actionOn } from './judge.ts';
import { noteObserved } from './observed.ts';
import { isWithinLimits, refusalReason } from './publish.ts';
import { forgetRetained, keepRetained, queueRetained, RetainedPart } from './retained-part.ts';
import { RetainedReplay } from './retained-replay.ts';
import { type Subscription, subscriptionOf } from './subscriptions.ts';

/**
 * SUBSCRIBE: each filter is judged by itself, in turn [MQTT-3.8.4-5] (3.1.1: [MQTT-3.8.4-4]); retained messages follow
 * the SUBACK.
 */
export function onSubscribe(core: Core, connection: Connection, packet: Subscribe): void {
  const { accepted } = core.store;
  const identifier = packet.properties.subscriptionIdentifiers?.[0];
  const replayed: Subscription[] = [];
  // [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] (3.1.1: [MQTT-3.8.4-5] [MQTT-3.9.3-1])
  const reasonCodesOfFilters = packet.subscriptions.map((wanted) => {
    const subscription = subscriptionOf(connection.session, wanted, identifier);
    const code = refusalOf(core, connection, subscription);
    if (code !== undefined) return connection.version === 5 ? code : reasonCodes.unspecifiedError; // 3.1.1: [MQTT-3.9.3-2]
    const isNew = !connection.session.subscriptions.has(wanted.filter);
    add(core, subscription);
    // Shared subscriptions get no retained messages (MQTT 5.0 §4.8.2).
    // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] [MQTT-3.8.4-4] (3.1.1: [MQTT-3.3.1-6] [MQTT-3.8.4-3])
    const { retainHandling } = wanted;
    const isReplayed = retainHandling === 0 || (retainHandling === 1 && isNew);
    if (subscription.group === undefined && isReplayed) replayed.push(subscription);
    return wanted.qos;
  });
  core.mesh?.holdSubscribed(connection);
  const refused = reasonCodesOfFilters.some((code) => code === reasonCodes.notAuthorized);
  const properties = refused ? connection.reason(refusalReason) : {};
  const { packetId } = packet;
  const answer = (): void => {
    // [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-2.2.1-6] (3.1.1: [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-2.3.1-7])
    connection.write({ type: 'suback', packetId, reasonCodes: reasonCodesOfFilters, properties });
    connection.replay?.advance();
    drain(core, connection.session);
  };
  if (replayed.length === 0 || !bringRetained(core, connection, replayed, answer))
    connection.answers.give(accepted, answer);
}

/**
 * Notes which retained messages follow the SUBACK: those there are at present [MQTT-3.3.1-12]. Says whether it sees to
 * the answer: to a session that is kept it is given when they are kept too.
 */
function bringRetained(
  core: Core,
  connection: Connection,
  subscriptions: readonly Subscription[],
  answer: () => void,
): boolean {
  connection.replay ??= new RetainedReplay(core, connection);
  for (const subscription of subscriptions) connection.replay.begin(subscription);
  if (core.retained.size === 0) return false;
  const owed = subscriptions.filter(({ qos }) => qos > 0);
  if (connection.session.kept === undefined) {
    for (const subscription of owed) queueRetained(core, subscription);
    return false;
  }
  const parts = owed
    .map((subscription) => new RetainedPart(core, subscription))
    .filter(({ isOver }) => !isOver);
  if (parts.length > 0) keepRetained(core, parts, connection.answers.reserve(answer));
  return parts.length > 0;
}

/** UNSUBSCRIBE: the filter that is the same character by character [MQTT-3.10.4-1] (3.1.1: [MQTT-3.10.4-1]). */
export function onUnsubscribe(core: Core, connection: Connection, packet: Unsubscribe): void {
  const { accepted } = core.store;
  const { session } = connection;
  const { subscriptions, kept } = session;
  // [MQTT-3.10.4-6] [MQTT-3.11.3-1] (3.1.1: [MQTT-3.10.4-6])
  const codes = packet.filters.map((filter) => {
    const subscription = subscriptions.get(filter);
    if (subscription === undefined) return reasonCodes.noSubscriptionExisted;
    subscriptions.delete(filter);
    // What is queued or in flight stays [MQTT-3.10.4-2] [MQTT-3.10.4-3] (3.1.1: [MQTT-3.10.4-2] [MQTT-3.10.4-3]).
    core.subscriptions.remove(subscription);
    kept?.unsubscribed(filter);
    forgetRetained(session, filter);
    return reasonCodes.success;
  });
  // [MQTT-3.10.4-4] [MQTT-3.10.4-5] (3.1.1: [MQTT-3.10.4-4] [MQTT-3.10.4-5])
  connection.answers.give(accepted, () =>
    connection.write({
      type: 'unsuback',
      packetId: packet.packetId,
      reasonCodes: connection.version === 5 ? codes : [],
      properties: {},
    }),
  );
}

function refusalOf(
  core: Core,
  connection: Connection,
  { filter, pattern, prefix }: Subscription,
): number | undefined {
  // The decoder has seen to it in version 5; to 3.1.1 clients it means the same, literally taken it would surprise.
  if (filter.startsWith('$share/') && sharedFilter(filter) === undefined)
    return reasonCodes.topicFilterInvalid;
  if (!isWithinLimits(core, pattern)) return reasonCodes.topicFilterInvalid;
  const { subscriptions } = connection.session;
  if (!subscriptions.has(filter) && subscriptions.size >= core.limits.subscriptionsPerSession) {
    return reasonCodes.quotaExceeded;
  }
  if (isTooOften(core, connection)) return reasonCodes.quotaExceeded;
  const judgement = core.judge.message('subscribe', connection.device, prefix, {
    retain: false,
    will: false,
  });
  const action = actionOn(prefix, 'subscribe');
  core.counts.count(connection.device.id, action, filter, judgement.allow);
  const { policies, observed } = judgement;
  const denial = { device: connection.device.id, action, topic: filter, policies };
  if (observed !== undefined) noteObserved(core, { ...denial, observed }, 1);
  if (judgement.allow) return undefined;
  core.statistics.refused++;
  core.denials.note(denial, core.now, 1);
  if (!core.replica.stale)
    core.probing.refused(connection, 'subscribe', { ...prefix, path: filter }, core.now);
  return reasonCodes.notAuthorized;
}

/** Each change of subscriptions costs those who publish a look at who receives. */
function isTooOften(core: Core, { device }: Connection): boolean {
  return core.options.access === 'governed' && !core.bounds.subscriptionRates.allows(device.id, core.now);
}

/** Takes the place of an earlier subscription of the same filter [MQTT-3.8.4-3] (3.1.1: [MQTT-3.8.4-3]). */
function add(core: Core, subscription: Subscription): void {
  const { session, filter, group } = subscription;
  session.subscriptions.set(filter, subscription);
  if (group !== undefined) session.isSharing = true;
  core.subscriptions.add(subscription);
  session.kept?.subscribed(subscription);
}
