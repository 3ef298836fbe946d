import { noProperties, reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';
import { deliver } from './delivery.ts';
import { needsStore, noRoom, withoutRoom } from './disk-full.ts';
import { judgeRecipient, observeDelivery, withhold } from './judge-recipient.ts';
import type { Asked } from './mesh/asked.ts';
import type { LinkRoute } from './mesh/other-interest.ts';
import type { Message } from './message.ts';
import { closeAfterRefusal, observe, refusalReason, refuse, tellsUnheard } from './publish.ts';
import { queuedInMemory } from './queued.ts';
import { shareRun } from './quick-shared.ts';
import type { Recipient, SharedRecipients } from './recipient.ts';
import { eachPacket, isPlainTo, messageAt, type Source } from './run.ts';
import { forwardToGroup } from './shared-delivery.ts';
import { showRun } from './tapped.ts';

/** Larger packets take the general way: {@link Output.reserve} makes room up to here. */
const largestPatched = 16_384;

/**
 * Passes QoS 0 messages on that follow each other in a chunk and go the same way: to peers of the same version as
 * the bytes they came in, to the others one by one.
 */
export function forwardRun(
  connection: Connection,
  decision: CachedDecision,
  bytes: Buffer,
  start: number,
  end: number,
  count: number,
  largest: number,
): void {
  const { core } = connection;
  core.statistics.received += count;
  if (decision.taps.length > 0) showRun(connection, decision, bytes, start, end);
  if (!decision.allow) {
    refuse(core, connection, decision, count);
    closeAfterRefusal(core, connection);
    return;
  }
  countAllowed(core, decision, count);
  passRun(connection, decision, bytes, start, end, count, largest);
  for (let index = 0; index < decision.links.length; index++)
    (decision.links[index] as LinkRoute).link.run(connection, bytes, start, end, count, largest);
}

/** Brings a run to its recipients: what {@link forwardRun} does, and what a run from another worker comes to. */
export function passRun(
  source: Source,
  decision: CachedDecision,
  bytes: Buffer,
  start: number,
  end: number,
  count: number,
  largest: number,
): void {
  const { core } = source;
  let messages: Message[] | undefined;
  const { recipients } = decision;
  for (let index = 0; index < recipients.length; index++) {
    const recipient = recipients[index] as Recipient;
    const target = recipient.session.connection;
    if (target === undefined) continue;
    if (!mayHave(core, recipient, decision, source, count)) continue;
    if (target.output.isLagging) core.pressure.note(target);
    if (target.output.isCongested) core.statistics.dropped += count;
    else if (isPlainTo(source, target, recipient, largest)) {
      core.statistics.sent += count;
      target.output.append(bytes, start, end);
    } else {
      messages ??= messagesOf(source, decision, bytes, start, end);
      for (const message of messages) deliverTo(core, decision, recipient, message);
    }
  }
  if (decision.groups.length > 0) shareRun(source, decision, bytes, start, end);
}

/** Acknowledges a QoS 1 message and passes it on, patching nothing but packet identifier and flags where it can. */
export function forwardQos1(
  connection: Connection,
  decision: CachedDecision,
  bytes: Buffer,
  offset: number,
  body: number,
  topicEnd: number,
  end: number,
): void {
  const { core } = connection;
  core.statistics.received++;
  if (decision.taps.length > 0) showRun(connection, decision, bytes, offset, end);
  const packetId = ((bytes[topicEnd] as number) << 8) | (bytes[topicEnd + 1] as number);
  if (!decision.allow) {
    refuse(core, connection, decision, 1);
    if (closeAfterRefusal(core, connection) || !connection.isOpen) return;
    const isTold = connection.version === 5;
    const properties = connection.reason(refusalReason);
    const reasonCode = isTold ? 0x87 : 0;
    connection.answers.give(core.store.accepted, () =>
      connection.write({ type: 'puback', packetId, reasonCode, properties }),
    );
    return;
  }
  const { accepted } = core.store;
  if (core.store.isFull && needsStore(connection, decision, { qos: 1, retain: false })) {
    withoutRoom(core, connection, { qos: 1, packetId });
    return;
  }
  countAllowed(core, decision, 1);
  passQos1(connection, decision, bytes, offset, body, topicEnd, end);
  const asked =
    decision.links.length === 0 && decision.groups.length === 0
      ? undefined
      : linkQos1(connection, decision, bytes, offset, body, end);
  core.store.settle();
  if (asked !== undefined) {
    connection.answers.give(accepted, () => {
      if (asked.outcome === 'taken') acknowledge(connection, packetId);
      else {
        const properties = connection.reason(noRoom);
        connection.write({ type: 'puback', packetId, reasonCode: reasonCodes.quotaExceeded, properties });
      }
    });
  } else if (connection.version === 5 && tellsUnheard(core, decision)) {
    const reasonCode = reasonCodes.noMatchingSubscribers;
    connection.answers.give(accepted, () =>
      connection.write({ type: 'puback', packetId, reasonCode, properties: noProperties }),
    );
  } else if (connection.answers.mayGo(accepted)) acknowledge(connection, packetId);
  else connection.answers.give(accepted, () => acknowledge(connection, packetId));
}

/** Brings a QoS 1 message without properties to its recipients. The caller settles the store. */
export function passQos1(
  source: Source,
  decision: CachedDecision,
  bytes: Buffer,
  offset: number,
  body: number,
  topicEnd: number,
  end: number,
): void {
  const { core } = source;
  const size = end - offset;
  let message: Message | undefined;
  const { recipients } = decision;
  for (let index = 0; index < recipients.length; index++) {
    const recipient = recipients[index] as Recipient;
    const { session } = recipient;
    if (!mayHave(core, recipient, decision, source, 1)) continue;
    const target = session.connection;
    const isPlain =
      target !== undefined &&
      session.kept === undefined &&
      recipient.qos > 0 &&
      size <= largestPatched &&
      isPlainTo(source, target, recipient, size);
    if (target?.output.isLagging === true) core.pressure.note(target);
    if (isPlain && session.queued === 0 && !session.window.isFull && !target.output.isCongested) {
      if (session.isPersistent) message ??= messageAt(source, decision, bytes, offset, body, end);
      const kept =
        message === undefined || !session.isPersistent
          ? undefined
          : queuedInMemory({ message, qos: 1, retain: false, identifiers: undefined, note: undefined });
      sendPatched(target, bytes, offset, end, topicEnd, session.window.take('puback', kept));
      core.statistics.sent++;
    } else {
      message ??= messageAt(source, decision, bytes, offset, body, end);
      deliverTo(core, decision, recipient, message);
    }
  }
  for (let index = 0; index < decision.groups.length; index++) {
    message ??= messageAt(source, decision, bytes, offset, body, end);
    forwardToGroup(core, decision, decision.groups[index] as SharedRecipients, message);
  }
}

/** Passes a QoS 1 message on to other workers; the acknowledgement waits for those that keep it. */
function linkQos1(
  connection: Connection,
  decision: CachedDecision,
  bytes: Buffer,
  offset: number,
  body: number,
  end: number,
): Asked | undefined {
  const { mesh } = connection.core;
  let message: Message | undefined;
  for (const { link, kept } of decision.links) {
    if (kept && link.isKeeping) {
      message ??= messageAt(connection, decision, bytes, offset, body, end);
      mesh?.outward.keep(link, message, 1);
    } else link.packet(connection, bytes, offset, end);
  }
  return mesh?.outward.holdAnswer(connection);
}

function countAllowed(core: Core, decision: CachedDecision, count: number): void {
  if (decision.row.minute !== core.counts.minute) decision.row = core.counts.enrolled(decision.row);
  decision.row.allowed += count;
  if (decision.observed !== undefined) observe(core, decision, count);
}

/** One comparison, unless the trust in the receiver has changed; counts what it says. */
function mayHave(
  core: Core,
  recipient: Recipient,
  decision: CachedDecision,
  source: Source,
  count: number,
): boolean {
  if (recipient.trustEpoch !== recipient.session.device.trustEpoch) {
    judgeRecipient(core, recipient, decision.topic, source.device, false);
  }
  if (!recipient.allowed) {
    withhold(core, recipient, decision.topic, count);
    return false;
  }
  if (recipient.row.minute !== core.counts.minute) recipient.row = core.counts.enrolled(recipient.row);
  recipient.row.allowed += count;
  if (recipient.observed !== undefined) observeDelivery(core, recipient, decision.topic, count);
  return true;
}

function deliverTo(core: Core, decision: CachedDecision, recipient: Recipient, message: Message): void {
  const qos = message.qos < recipient.qos ? message.qos : recipient.qos;
  const { session, identifiers, note } = recipient;
  deliver(core, session, {
    message,
    qos,
    retain: false,
    identifiers,
    note,
    decided: { decision, recipient },
  });
}

function acknowledge(connection: Connection, packetId: number): void {
  if (!connection.isOpen) return;
  const { output } = connection;
  const slab = output.reserve(4);
  const at = output.length;
  slab[at] = 0x40;
  slab[at + 1] = 2;
  slab[at + 2] = packetId >> 8;
  slab[at + 3] = packetId & 0xff;
  output.commit(4);
  connection.core.statistics.controlOut++;
}

function sendPatched(
  target: Connection,
  bytes: Buffer,
  offset: number,
  end: number,
  topicEnd: number,
  id: number,
): void {
  const { output } = target;
  const slab = output.reserve(end - offset);
  const at = output.length;
  bytes.copy(slab, at, offset, end);
  slab[at] = 0x32;
  const idAt = at + topicEnd - offset;
  slab[idAt] = id >> 8;
  slab[idAt + 1] = id & 0xff;
  output.commit(end - offset);
}

function messagesOf(
  source: Source,
  decision: CachedDecision,
  bytes: Buffer,
  start: number,
  end: number,
): Message[] {
  const messages: Message[] = [];
  eachPacket(bytes, start, end, (offset, body, packetEnd) =>
    messages.push(messageAt(source, decision, bytes, offset, body, packetEnd)),
  );
  return messages;
}
