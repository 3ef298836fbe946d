import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';
import { deliver } from './delivery.ts';
import { actionOn } from './judge.ts';
import { judgeRecipient, observeDelivery, withhold } from './judge-recipient.ts';
import type { Message } from './message.ts';
import { type Recipient, type SharedRecipients, undecided } from './recipient.ts';
import type { Session } from './session.ts';
import type { Fitness } from './shared-group.ts';
import type { Subscription } from './subscriptions.ts';

/** Who says the message that a member is chosen for. */
export type SharedMessage = Pick<Message, 'qos' | 'publisher' | 'will'>;

/** Brings a message to one member of a group, whose turn it is and who may have it (MQTT 5.0 §4.8.2). */
export function forwardToGroup(
  core: Core,
  decision: CachedDecision,
  shared: SharedRecipients,
  message: Message,
): void {
  const recipient = chooseMember(core, decision, shared, message);
  if (recipient === undefined) return;
  if (recipient.session.link !== undefined) {
    core.mesh?.outward.share(recipient.session.link, message, shared.group.filter);
    return;
  }
  // [MQTT-4.8.2-3]
  const qos = message.qos < recipient.qos ? message.qos : recipient.qos;
  const retain = recipient.retainAsPublished && message.retain;
  const { session, identifiers, note } = recipient;
  deliver(core, session, { message, qos, retain, identifiers, note, group: shared.group });
}

/**
 * The member whose turn it is, counted as allowed. A member that policy refuses is passed over. One of another worker is
 * judged there; `isHere`: it may be none of those.
 */
export function chooseMember(
  core: Core,
  decision: CachedDecision,
  { group, members }: SharedRecipients,
  message: SharedMessage,
  isHere = false,
): Recipient | undefined {
  let refused: Recipient | undefined;
  const chosen = group.choose((member) => {
    if (member.session.link !== undefined) return isHere ? 0 : fitnessOfLink(core, member, message.qos);
    const fitness = fitnessOf(member.session, least(message.qos, member.qos));
    if (fitness === 0) return 0;
    const recipient = recipientOf(core, decision, members, member);
    if (recipient.trustEpoch !== member.session.device.trustEpoch)
      judgeRecipient(core, recipient, decision.topic, message.publisher, message.will);
    if (recipient.allowed) return fitness;
    refused = recipient;
    return 0;
  });
  if (chosen === undefined) {
    if (refused !== undefined) withhold(core, refused, decision.topic, 1);
    else if (message.qos > 0) core.statistics.dropped++;
    return undefined;
  }
  if (chosen.session.link !== undefined) return recipientOf(core, decision, members, chosen);
  const recipient = members.get(chosen) as Recipient;
  recipient.row = core.counts.enrolled(recipient.row);
  recipient.row.allowed++;
  if (recipient.observed !== undefined) observeDelivery(core, recipient, decision.topic, 1);
  return recipient;
}

/** The same of the members that another worker has. */
export function fitnessOfLink(core: Core, member: Subscription, qos: 0 | 1 | 2): Fitness {
  const standing = core.mesh?.others.standing(member);
  const { link } = member.session;
  if (standing === undefined || link === undefined || link.isLost) return 0;
  if (!standing.ready) return qos > 0 && standing.kept ? 1 : 0;
  return link.output.isCongested ? 2 : 3;
}

/** 3: takes it at once. 2: later, being busy. 1: when it is back. 0: never. */
export function fitnessOf({ connection, queued, window, isPersistent }: Session, qos: 0 | 1 | 2): Fitness {
  if (connection === undefined) return qos > 0 && isPersistent ? 1 : 0;
  if (connection.output.isCongested) return 2;
  return qos > 0 && (queued > 0 || window.isFull) ? 2 : 3;
}

function recipientOf(
  core: Core,
  { topic }: CachedDecision,
  members: Map<Subscription, Recipient>,
  member: Subscription,
): Recipient {
  const known = members.get(member);
  if (known !== undefined) return known;
  const { session } = member;
  const row = core.counts.row(session.device.id, actionOn(topic, 'receive'), topic.path);
  const recipient = undecided(session, [member], row);
  members.set(member, recipient);
  return recipient;
}

function least(one: 0 | 1 | 2, other: 0 | 1 | 2): 0 | 1 | 2 {
  return one < other ? one : other;
}
