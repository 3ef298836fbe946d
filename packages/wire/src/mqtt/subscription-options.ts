import { MqttError } from './error.ts';
import type { MqttVersion, Qos, RetainHandling, Subscription } from './packet.ts';
import { sharedFilter } from './topic.ts';

const noLocalFlag = 0x04;
const retainAsPublishedFlag = 0x08;

/** The options byte after a topic filter (MQTT 5.0 §3.8.3.1; in 3.1.1 §3.8.3 it is the requested QoS). */
export function subscriptionOf(filter: string, options: number, version: MqttVersion): Subscription {
  // [MQTT-3.8.3-5] (3.1.1: [MQTT-3-8.3-4])
  if ((options & (version === 4 ? 0xfc : 0xc0)) !== 0) {
    throw new MqttError('wire/mqtt-subscription-options', 'Reserved subscription options are set.', {
      options,
    });
  }
  const subscription = {
    filter,
    qos: (options & 3) as Qos,
    noLocal: (options & noLocalFlag) !== 0,
    retainAsPublished: (options & retainAsPublishedFlag) !== 0,
    retainHandling: (options >> 4) as RetainHandling,
  };
  requireAllowed(subscription, version);
  return subscription;
}

/** @throws MqttError also if version 4 is asked for what only version 5 can say */
export function optionsOf(subscription: Subscription, version: MqttVersion): number {
  const { qos, noLocal, retainAsPublished, retainHandling } = subscription;
  requireAllowed(subscription, version);
  if (version === 4 && (noLocal || retainAsPublished || retainHandling !== 0)) {
    throw new MqttError(
      'wire/mqtt-subscription-options',
      'MQTT 3.1.1 has no subscription options but the QoS.',
    );
  }
  return (
    qos |
    (noLocal ? noLocalFlag : 0) |
    (retainAsPublished ? retainAsPublishedFlag : 0) |
    (retainHandling << 4)
  );
}

function requireAllowed({ filter, qos, noLocal, retainHandling }: Subscription, version: MqttVersion): void {
  // 3.1.1: [MQTT-3-8.3-4]
  if (qos > 2) throw new MqttError('wire/mqtt-subscription-qos', 'A subscription asks for QoS 3.');
  if (retainHandling > 2)
    throw new MqttError('wire/mqtt-retain-handling', 'The retain handling option is 3.');
  // [MQTT-3.8.3-4]
  if (noLocal && version === 5 && sharedFilter(filter) !== undefined) {
    throw new MqttError('wire/mqtt-shared-no-local', 'A shared subscription must not set no local.');
  }
}
