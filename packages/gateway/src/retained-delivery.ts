import type { Core } from './core.ts';
import { actionOn } from './judge.ts';
import { judgeReceipt } from './judge-recipient.ts';
import type { Delivery, Message } from './message.ts';
import { noteObserved } from './observed.ts';
import { whyOf } from './sourced.ts';
import type { Subscription } from './subscriptions.ts';
import { topicResource } from './topic-resource.ts';

/**
 * A retained message as a subscription brings it [MQTT-3.8.4-8] (3.1.1: [MQTT-3.3.1-8] [MQTT-3.8.4-6]), if its client may
 * have it: each is judged as a delivery, by what its publisher and what it said are worth now. What comes out is counted.
 */
export function retainedDelivery(
  core: Core,
  message: Message,
  { session, qos, identifier }: Subscription,
): Delivery | undefined {
  const { allow, policies, observed, sourced, note } = judgeReceipt(core, session, message, true);
  const action = actionOn(topicResource(message.topic), 'receive');
  const denial = { device: session.device.id, action, topic: message.topic, policies, ...whyOf(sourced) };
  core.counts.count(denial.device, action, message.topic, allow);
  if (!allow) {
    core.statistics.withheld++;
    core.denials.note(denial, core.now, 1);
    return undefined;
  }
  if (observed !== undefined) noteObserved(core, { ...denial, observed }, 1);
  const least = message.qos < qos ? message.qos : qos;
  const identifiers = identifier === undefined ? undefined : [identifier];
  return { message, qos: least, retain: true, identifiers, note };
}
