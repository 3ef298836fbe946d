import { type Publish, reasonCodes, validTopicName } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { type CachedDecision, hashTopic } from './decision-cache.ts';
import type { DeviceRecord } from './device-record.ts';
import { needsStore, noRoom, withoutRoom } from './disk-full.ts';
import type { Asked } from './mesh/asked.ts';
import { type Message, messageFrom } from './message.ts';
import { acknowledge } from './notice.ts';
import { noteObserved } from './observed.ts';
import { type PayloadRefusal, payloadRefusalOf } from './payload/payload-check.ts';
import { decideTopic, forward } from './router.ts';
import { whyOf } from './sourced.ts';
import { stillHolds } from './still-holds.ts';
import { showTaps } from './tapped.ts';
import { messageOf, type Will } from './wills.ts';

/**
 * PUBLISH from a client, the general way: any QoS, retained or not, with properties or without. It is answered as its
 * QoS asks [MQTT-3.3.4-1] [MQTT-4.3.2-4] [MQTT-4.3.3-8] (3.1.1: [MQTT-3.3.4-1] [MQTT-4.3.2-2] [MQTT-4.3.3-2]).
 */
export function onPublish(core: Core, connection: Connection, packet: Publish): void {
  const { accepted } = core.store;
  core.statistics.received++;
  const topic = connection.incomingAliases.topicOf(packet);
  if (packet.retain && core.limits.retainedMessages === 0 && connection.version === 5) {
    // [MQTT-3.2.2-14]
    connection.fail(reasonCodes.retainNotSupported, 'Nothing is retained here.', 'retain-not-supported');
    return;
  }
  if (!isWithinLimits(core, topic)) {
    connection.fail(
      reasonCodes.topicNameInvalid,
      'The topic is too long or has too many levels.',
      'topic-limit',
    );
    return;
  }
  if (packet.qos === 2 && !isFirst(core, connection, packet.packetId as number)) return;
  const decision = decide(core, connection, topic, packet.retain);
  if (decision.taps.length > 0) showTaps(core, decision, connection.device, packet);
  const broken = decision.allow ? payloadRefusalOf(core, connection.device, decision, packet) : undefined;
  let code: number = reasonCodes.success;
  let asked: Asked | undefined;
  if (!decision.allow) {
    refuse(core, connection, decision, 1);
    code = reasonCodes.notAuthorized;
  } else if (broken !== undefined) {
    refusePayload(core, connection.device, decision, broken);
    code = broken.reasonCode;
  } else if (core.store.isFull && needsStore(connection, decision, packet)) {
    withoutRoom(core, connection, packet);
    return;
  } else {
    decision.row = core.counts.enrolled(decision.row);
    decision.row.allowed++;
    if (decision.observed !== undefined) observe(core, decision, 1);
    const origin = {
      publisher: connection.device,
      clientId: connection.clientId,
      now: core.lifeTime,
      will: false,
    };
    const message = messageFrom({ ...packet, topic }, origin);
    // [MQTT-3.3.1-5] to [MQTT-3.3.1-8] (3.1.1: [MQTT-3.3.1-5] [MQTT-3.3.1-7] [MQTT-3.3.1-10] to [MQTT-3.3.1-12])
    const isStored = !packet.retain || decision.isHeard || core.retained.store(message);
    if (!isStored) tellUnretained(core, connection.device, decision);
    // Who can be told that it was refused, is; to the others it is passed on, at least.
    if (!isStored && connection.version === 5 && packet.qos > 0) code = reasonCodes.quotaExceeded;
    else forward(core, decision, message);
    asked = core.mesh?.outward.holdAnswer(connection);
    if (code === reasonCodes.success && tellsUnheard(core, decision))
      code = reasonCodes.noMatchingSubscribers;
    core.store.settle();
    if (decision.isHeard) hear(core, connection.device, message);
    if (decision.isExpected) acknowledge(core, connection.device, topic, message.payload);
  }
  if (connection.isOpen) answer(core, connection, packet, code, accepted, asked);
}

/**
 * A will whose time has come: judged now, under the trust of now, and published as retained or not
 * [MQTT-3.1.2-14] [MQTT-3.1.2-15] (3.1.1: [MQTT-3.1.2-16] [MQTT-3.1.2-17]).
 */
export function publishWill(core: Core, will: Will): void {
  const message = messageOf(will, core.lifeTime);
  const { publisher, clientId, topic } = message;
  const bytes = Buffer.from(topic);
  const written = { text: topic, bytes, hash: hashTopic(bytes, 0, bytes.length) };
  const decision = decideTopic(core, { device: publisher, clientId }, written, message.retain, true);
  decision.row = core.counts.enrolled(decision.row);
  if (decision.taps.length > 0) showTaps(core, decision, publisher, message);
  if (!decision.allow) {
    decision.row.denied++;
    core.statistics.refused++;
    const { action } = decision.row;
    const { policies, sourced } = decision;
    core.denials.note({ device: publisher.id, action, topic, policies, ...whyOf(sourced) }, core.now, 1);
    return;
  }
  const broken = payloadRefusalOf(core, publisher, decision, message);
  if (broken !== undefined) {
    refusePayload(core, publisher, decision, broken);
    return;
  }
  decision.row.allowed++;
  if (decision.observed !== undefined) observe(core, decision, 1);
  const isKept = message.retain && !decision.isHeard;
  if (isKept && !core.retained.store(message)) core.statistics.dropped++;
  else forward(core, decision, message);
  core.mesh?.outward.forgetAnswer();
  core.store.settle();
}

/** Tells the site what a device says to it. */
function hear(core: Core, device: DeviceRecord, { topic, payload }: Message): void {
  core.emit({ kind: 'heard', device: device.id, topic, payload: Uint8Array.from(payload), at: core.now });
}

/** Counts refused publications and tells about them. */
export function refuse(core: Core, connection: Connection, decision: CachedDecision, times: number): void {
  core.statistics.refused += times;
  decision.row = core.counts.enrolled(decision.row);
  decision.row.denied += times;
  if (!core.denials.again(decision.denial, core.now, times)) {
    const denial = {
      device: connection.device.id,
      action: decision.row.action,
      topic: decision.topic.path,
      policies: decision.policies,
      ...whyOf(decision.sourced),
    };
    decision.denial = core.denials.note(denial, core.now, times);
  }
  if (!core.replica.stale) core.probing.refused(connection, 'publish', decision.topic, core.now);
}

/** Counts publications that would have been refused, and tells about them. */
export function observe(core: Core, decision: CachedDecision, times: number): void {
  const { row, topic, policies, sourced, observed = '' } = decision;
  if (core.denials.again(decision.denial, core.now, times)) core.statistics.observed += times;
  else {
    const denial = { device: observed, action: row.action, topic: topic.path, policies, observed };
    decision.denial = noteObserved(core, { ...denial, ...whyOf(sourced) }, times);
  }
}

/** There is no room for a retained message. */
function tellUnretained(core: Core, device: DeviceRecord, { row, topic }: CachedDecision): void {
  core.statistics.dropped++;
  const policies = ['gateway/retained-quota'];
  core.denials.note({ device: device.id, action: row.action, topic: topic.path, policies }, core.now, 1);
}

/** Counts a message whose payload may not pass, and tells about it. */
function refusePayload(
  core: Core,
  device: DeviceRecord,
  decision: CachedDecision,
  { policies }: PayloadRefusal,
): void {
  core.statistics.refused++;
  decision.row = core.counts.enrolled(decision.row);
  decision.row.denied++;
  const { action } = decision.row;
  core.denials.note({ device: device.id, action, topic: decision.topic.path, policies }, core.now, 1);
}

/** What a client is told of a refusal. Policies are named in the log, not to the device. */
export const refusalReason = 'Policy does not permit this to the device as it stands.';

/** Ends a 3.1.1 connection after a refusal, if it is configured so (3.1.1: [MQTT-3.3.5-2]); says whether it did. */
export function closeAfterRefusal(core: Core, connection: Connection): boolean {
  if (connection.version === 5 || core.options.refusedPublish === 'drop') return false;
  connection.end('publish-refused');
  return true;
}

function decide(core: Core, connection: Connection, text: string, retain: boolean): CachedDecision {
  const bytes = Buffer.from(text);
  const hash = hashTopic(bytes, 0, bytes.length);
  const known = connection.cache.find(bytes, 0, bytes.length, hash, retain);
  if (known !== undefined && stillHolds(core, known, connection.device)) return known;
  const decision = decideTopic(core, connection, { text, bytes, hash }, retain, false);
  connection.cache.store(decision);
  return decision;
}

/** Whether a QoS 2 message is not one that came before [MQTT-4.3.3-10] [MQTT-4.3.3-12]; answers it if it is. */
function isFirst(core: Core, connection: Connection, packetId: number): boolean {
  const { unreleased } = connection.session;
  if (unreleased.has(packetId)) {
    connection.answers.giveAfterAll(() =>
      connection.write({ type: 'pubrec', packetId, reasonCode: 0, properties: {} }),
    );
    return false;
  }
  if (unreleased.size < core.limits.unreleasedMessages) return true;
  // [MQTT-3.3.4-7]
  connection.fail(
    reasonCodes.receiveMaximumExceeded,
    'Too many QoS 2 messages without PUBREL.',
    'receive-maximum',
  );
  return false;
}

function answer(
  core: Core,
  connection: Connection,
  packet: Publish,
  code: number,
  accepted: number,
  asked: Asked | undefined,
): void {
  const isForbidden = code === reasonCodes.notAuthorized || code === reasonCodes.payloadFormatInvalid;
  if (isForbidden && closeAfterRefusal(core, connection)) return;
  const { packetId, qos } = packet;
  const { session } = connection;
  if (packetId === undefined) return;
  const properties = code === reasonCodes.notAuthorized ? connection.reason(refusalReason) : {};
  const reasonCode = connection.version === 5 ? code : 0;
  // [MQTT-4.3.3-9] a PUBREC of 0x80 or more releases the identifier.
  if (qos === 2 && reasonCode < 0x80) {
    session.unreleased.add(packetId);
    session.kept?.unreleased(packetId);
  }
  // [MQTT-2.2.1-5] (3.1.1: [MQTT-2.3.1-6]); after PUBACK nothing is remembered [MQTT-4.3.2-5].
  const type = qos === 1 ? 'puback' : 'pubrec';
  connection.answers.give(accepted, () => {
    if (asked === undefined || asked.outcome === 'taken') {
      connection.write({ type, packetId, reasonCode, properties });
      return;
    }
    if (session.unreleased.delete(packetId)) session.kept?.released(packetId);
    const told = connection.reason(noRoom);
    connection.write({ type, packetId, reasonCode: reasonCodes.quotaExceeded, properties: told });
  });
}

/**
 * Whether to tell that nobody subscribes to a topic (MQTT 5.0 §3.4.2.1). Where a policy says who may know what, that is
 * the subscribers' business.
 */
export function tellsUnheard(core: Core, { recipients, groups, links }: CachedDecision): boolean {
  const isUnheard = recipients.length === 0 && groups.length === 0 && links.length === 0;
  return isUnheard && core.options.access === 'open';
}

/** Whether a topic is one we would keep anything about. */
export function isWithinLimits(core: Core, topic: string): boolean {
  if (topic.length > core.limits.topicLength) return false;
  let levels = 1;
  for (let index = 0; index < topic.length; index++) if (topic.charCodeAt(index) === 0x2f) levels++;
  return levels <= core.limits.topicLevels;
}

/** Whether a will could ever be published. */
export function isPublishable(core: Core, topic: string): boolean {
  return validTopicName(topic) && isWithinLimits(core, topic);
}
