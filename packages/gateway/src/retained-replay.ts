import type { Core } from './core.ts';
import { deliver } from './delivery.ts';
import { actionOn } from './judge.ts';
import type { Subscription } from './subscriptions.ts';
import { topicResource } from './topic-resource.ts';

/** Each retained message is judged as a delivery, by what its publisher is worth now. */
export function sendRetained(core: Core, { session, filter, qos, identifier }: Subscription): void {
  for (const message of [...core.retained.match(filter, core.now), ...core.system.match(filter)]) {
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
