import type { Core } from './core.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Judgement } from './judge.ts';
import type { Message } from './message.ts';
import { noteObserved } from './observed.ts';
import type { Recipient } from './recipient.ts';
import type { Session } from './session.ts';
import { whyOf } from './sourced.ts';
import type { Subscription } from './subscriptions.ts';
import { type TopicResource, topicResource } from './topic-resource.ts';

/** Decides whether a session may have one message, as things stand now. */
export function judgeReceipt(
  core: Core,
  { device, version }: Session,
  { topic, will, publisher }: Pick<Message, 'topic' | 'will' | 'publisher'>,
  retain: boolean,
): Judgement {
  const context = { retain, will, publisher, version };
  return core.judge.message('receive', device, topicResource(topic), context);
}

/** Decides about a recipient anew, because its device's trust has changed. */
export function judgeRecipient(
  core: Core,
  recipient: Recipient,
  topic: TopicResource,
  publisher: DeviceRecord,
  will: boolean,
): void {
  const { session } = recipient;
  recipient.trustEpoch = session.device.trustEpoch;
  recipient.denial = undefined;
  const { device, version } = session;
  let judgement = core.judge.message('receive', device, topic, { retain: false, will, publisher, version });
  recipient.sourced = judgement.sourced;
  recipient.note = judgement.note;
  let granted: readonly Subscription[] = [];
  if (judgement.allow) {
    const each = recipient.matched.map((subscription) => ({
      subscription,
      judgement: judgeSubscription(core, subscription),
    }));
    const permitted = each.filter((one) => one.judgement.allow);
    granted = permitted.map((one) => one.subscription);
    // A subscription that needs no exception carries the delivery, whatever else matches.
    const carrying = permitted.find((one) => one.judgement.observed === undefined) ?? permitted[0] ?? each[0];
    if (granted.length === 0 || judgement.observed === undefined)
      judgement = carrying?.judgement ?? judgement;
  }
  recipient.allowed = judgement.allow && granted.length > 0;
  recipient.policies = judgement.policies;
  recipient.observed = judgement.observed;
  recipient.qos = granted.reduce<0 | 1 | 2>((most, { qos }) => (qos > most ? qos : most), 0);
  recipient.retainAsPublished = granted.some(({ retainAsPublished }) => retainAsPublished);
  const identifiers = granted
    .map(({ identifier }) => identifier)
    .filter((identifier) => identifier !== undefined);
  recipient.identifiers = identifiers.length > 0 ? identifiers : undefined;
}

/** Counts a refused delivery and tells about it. */
export function withhold(core: Core, recipient: Recipient, topic: TopicResource, times: number): void {
  core.statistics.withheld += times;
  recipient.row = core.counts.enrolled(recipient.row);
  recipient.row.denied += times;
  if (core.denials.again(recipient.denial, core.now, times)) return;
  const { row, policies, session, sourced } = recipient;
  const denial = { device: session.device.id, action: row.action, topic: topic.path, policies };
  recipient.denial = core.denials.note({ ...denial, ...whyOf(sourced) }, core.now, times);
}

/** Counts a delivery that would have been refused and tells about it. */
export function observeDelivery(core: Core, recipient: Recipient, topic: TopicResource, times: number): void {
  const { row, policies, session, sourced, observed = '' } = recipient;
  if (core.denials.again(recipient.denial, core.now, times)) core.statistics.observed += times;
  else {
    const denial = { device: session.device.id, action: row.action, topic: topic.path, policies, observed };
    recipient.denial = noteObserved(core, { ...denial, ...whyOf(sourced) }, times);
  }
}

/** A subscription that was granted once is worth what it would be worth now. */
export function judgeSubscription(core: Core, { session, prefix }: Subscription): Judgement {
  return core.judge.message('subscribe', session.device, prefix, { retain: false, will: false });
}
