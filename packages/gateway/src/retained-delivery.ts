import type { Core } from './core.ts';
import { actionOn } from './judge.ts';
import type { Delivery, Message } from './message.ts';
import { noteObserved } from './observed.ts';
import type { Session } from './session.ts';
import type { Subscription } from './subscriptions.ts';
import { topicResource } from './topic-resource.ts';

/** A retained message as a subscription brings it [MQTT-3.8.4-8] (3.1.1: [MQTT-3.3.1-8] [MQTT-3.8.4-6]). */
export function retainedDelivery(message: Message, { qos, identifier }: Subscription): Delivery {
  const least = message.qos < qos ? message.qos : qos;
  const identifiers = identifier === undefined ? undefined : [identifier];
  return { message, qos: least, retain: true, identifiers };
}

/** Each is judged as a delivery, by what its publisher is worth now; what is said is counted. */
export function judgeRetained(core: Core, session: Session, message: Message): boolean {
  const topic = topicResource(message.topic);
  const context = { retain: true, will: message.will, publisher: message.publisher };
  const { allow, policies, observed } = core.judge.message('receive', session.device, topic, context);
  const action = actionOn(topic, 'receive');
  const denial = { device: session.device.id, action, topic: message.topic, policies };
  core.counts.count(denial.device, action, message.topic, allow);
  if (allow) {
    if (observed !== undefined) noteObserved(core, { ...denial, observed }, 1);
    return true;
  }
  core.statistics.withheld++;
  core.denials.note(denial, core.now, 1);
  return false;
}
