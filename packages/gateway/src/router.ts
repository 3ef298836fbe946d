import type { Core } from './core.ts';
import { CachedDecision } from './decision-cache.ts';
import { deliver } from './delivery.ts';
import type { DeviceRecord } from './device-record.ts';
import { actionOn, type Judgement, type MessageContext } from './judge.ts';
import { judgeRecipient, observeDelivery, withhold } from './judge-recipient.ts';
import type { Message } from './message.ts';
import { type Recipient, type SharedRecipients, undecided } from './recipient.ts';
import { forwardToGroup } from './shared-delivery.ts';
import type { SiteTopicKind } from './site-topics.ts';
import { tapsOf } from './tapped.ts';
import { isSystemTopic, type TopicResource, topicResource } from './topic-resource.ts';

/** Who publishes, as far as decisions depend on it. */
export interface Publisher {
  readonly device: DeviceRecord;
  readonly clientId: string;
}

/** A topic as it was written, by its bytes and their hash. */
export interface WrittenTopic {
  readonly text: string;
  readonly bytes: Buffer;
  readonly hash: number;
}

/** Decides about a topic, whom its messages go to, and whether each of them may have it. The cold way. */
export function decideTopic(
  core: Core,
  publisher: Publisher,
  written: WrittenTopic,
  retain: boolean,
  will: boolean,
): CachedDecision {
  const topic = topicResource(written.text);
  const owner = topic.owner === undefined ? undefined : core.device(topic.owner);
  const siteTopic = core.siteTopics.kindOf(written.text, topic.owner);
  const judgement =
    siteTopic === undefined || isParty(siteTopic, publisher.device, topic)
      ? judgePublication(core, publisher.device, topic, { retain, will })
      : ofTheSite;
  const branch = core.subscriptions.epochs.branchOf(written.text);
  return new CachedDecision({
    hash: written.hash,
    bytes: written.bytes,
    retain,
    topic,
    ...judgement,
    sourced: judgement.sourced,
    ...whoHears(core, publisher, topic, { will, siteTopic, allow: judgement.allow }),
    links: judgement.allow && siteTopic !== 'heard' ? (core.mesh?.others.routes(topic.path) ?? none) : none,
    isHeard: siteTopic === 'heard',
    isExpected: publisher.device.expects(written.text),
    taps: siteTopic === undefined ? tapsOf(core, publisher.device, topic) : [],
    rules: core.payloadRules.filter((rule) => rule.binds(publisher.device, written.text)),
    policyEpoch: core.judge.policyEpoch,
    trustEpoch: publisher.device.trustEpoch,
    branch,
    routeEpoch: core.subscriptions.epochs.epochOf(branch),
    owner,
    ownerEpoch: owner?.trustEpoch ?? 0,
    row: core.counts.row(publisher.device.id, actionOn(topic, 'publish'), written.text),
  });
}

const none: readonly never[] = [];
const ofTheSite: Judgement = { allow: false, policies: ['gateway/topic-of-the-site'], observed: undefined };

/**
 * The same for what another worker has decided about and passes on: whom it goes to here, and no further. The groups
 * that it goes to were chosen there.
 */
export function decideElsewhere(
  core: Core,
  publisher: Publisher,
  written: WrittenTopic,
  will: boolean,
): CachedDecision {
  const topic = topicResource(written.text);
  const owner = topic.owner === undefined ? undefined : core.device(topic.owner);
  const siteTopic = core.siteTopics.kindOf(written.text, topic.owner);
  const branch = core.subscriptions.epochs.branchOf(written.text);
  return new CachedDecision({
    hash: written.hash,
    bytes: written.bytes,
    retain: false,
    topic,
    ...{ allow: true, policies: [], observed: undefined, sourced: undefined },
    recipients: whoHears(core, publisher, topic, { will, siteTopic, allow: true }).recipients,
    groups: none,
    links: none,
    isHeard: false,
    isExpected: false,
    rules: none,
    // Where the publisher is connected they have seen it.
    taps: none,
    policyEpoch: core.judge.policyEpoch,
    trustEpoch: publisher.device.trustEpoch,
    branch,
    routeEpoch: core.subscriptions.epochs.epochOf(branch),
    owner,
    ownerEpoch: owner?.trustEpoch ?? 0,
    row: core.counts.row(publisher.device.id, actionOn(topic, 'publish'), written.text),
  });
}

/** Where the site and a device speak with each other, each has topics of its own to say something on. */
function isParty(kind: SiteTopicKind, device: DeviceRecord, { owner }: TopicResource): boolean {
  return kind === 'spoken' ? device.isBroker : device.id === owner;
}

/** What is for the site no subscriber gets, and what is for one device no other does, whatever policy says. */
function whoHears(
  core: Core,
  publisher: Publisher,
  topic: TopicResource,
  { will, siteTopic, allow }: { will: boolean; siteTopic: SiteTopicKind | undefined; allow: boolean },
): Pick<CachedDecision, 'recipients' | 'groups'> {
  if (!allow || siteTopic === 'heard') return { recipients: [], groups: [] };
  const recipients = recipientsOf(core, publisher, topic, will);
  if (siteTopic === undefined) return { recipients, groups: groupsOf(core, topic) };
  return { recipients: recipients.filter(({ session }) => session.device.id === topic.owner), groups: [] };
}

/** What the broker says about itself needs no leave, and nobody else may say it. */
function judgePublication(
  core: Core,
  device: DeviceRecord,
  topic: TopicResource,
  context: MessageContext,
): Judgement {
  if (device.isBroker) return { allow: true, policies: [], observed: undefined };
  if (isSystemTopic(topic.path))
    return { allow: false, policies: ['gateway/topic-of-the-broker'], observed: undefined };
  return core.judge.message('publish', device, topic, context);
}

/**
 * Brings a message to everyone it is for, to each in the order in which messages come; the general way, whatever its
 * QoS and versions. [MQTT-4.5.0-1] [MQTT-4.6.0-5] [MQTT-4.6.0-6]
 * (3.1.1: [MQTT-4.5.0-1] [MQTT-4.6.0-5] [MQTT-4.6.0-6])
 */
export function forward(core: Core, decision: CachedDecision, message: Message): void {
  bring(core, decision, message);
  core.mesh?.outward.forward(decision, message);
}

/** The same to those of this worker alone. */
export function bring(core: Core, decision: CachedDecision, message: Message): void {
  for (const recipient of decision.recipients) {
    const { session } = recipient;
    if (recipient.trustEpoch !== session.device.trustEpoch) {
      judgeRecipient(core, recipient, decision.topic, message.publisher, message.will);
    }
    if (!recipient.allowed) {
      withhold(core, recipient, decision.topic, 1);
      continue;
    }
    recipient.row = core.counts.enrolled(recipient.row);
    recipient.row.allowed++;
    if (recipient.observed !== undefined) observeDelivery(core, recipient, decision.topic, 1);
    const qos = message.qos < recipient.qos ? message.qos : recipient.qos;
    const retain = recipient.retainAsPublished && message.retain; // [MQTT-3.3.1-12] [MQTT-3.3.1-13] (3.1.1: [MQTT-3.3.1-9])
    const { identifiers, note } = recipient;
    deliver(core, session, { message, qos, retain, identifiers, note });
  }
  for (const shared of decision.groups) forwardToGroup(core, decision, shared, message);
}

/** Whoever has a filter that matches [MQTT-3.3.2-3] (3.1.1: [MQTT-3.3.2-3]). */
function recipientsOf(core: Core, publisher: Publisher, topic: TopicResource, will: boolean): Recipient[] {
  const recipients: Recipient[] = [];
  for (const [session, subscriptions] of core.subscriptions.match(topic.path)) {
    // [MQTT-3.8.3-3]
    const matched =
      session.clientId === publisher.clientId
        ? subscriptions.filter(({ noLocal }) => !noLocal)
        : subscriptions;
    if (matched.length === 0) continue;
    const row = core.counts.row(session.device.id, actionOn(topic, 'receive'), topic.path);
    const recipient = undecided(session, matched, row);
    judgeRecipient(core, recipient, topic, publisher.device, will);
    recipients.push(recipient);
  }
  return recipients;
}

function groupsOf(core: Core, topic: TopicResource): SharedRecipients[] {
  return core.subscriptions.groups(topic.path).map((group) => ({ group, members: new Map() }));
}
