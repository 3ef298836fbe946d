import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { guarded } from './fault.ts';
import { encodePublication } from './fitting.ts';
import { actionOn } from './judge.ts';
import { judgeReceipt } from './judge-recipient.ts';
import { type Delivery, hasExpired, publishPacket } from './message.ts';
import { noteObserved } from './observed.ts';
import { hasPlace } from './overflow.ts';
import { writePlain } from './plain-publication.ts';
import { type Queued, queuedInMemory } from './queued.ts';
import type { RetainedPart } from './retained-part.ts';
import type { Session } from './session.ts';
import { whyOf } from './sourced.ts';
import { stillHolds } from './still-holds.ts';
import { topicResource } from './topic-resource.ts';

/** Retained messages that are looked at in one turn of the loop, so that `#` holds nobody up. */
const turn = 256;

/** Sends a message that was just judged, or keeps it if its turn has not come. To a kept session it goes by way of the store. */
export function deliver(core: Core, session: Session, delivery: Delivery): void {
  const { connection } = session;
  if (delivery.qos === 0) {
    if (connection !== undefined) sendOnce(core, connection, delivery);
    return;
  }
  if (connection === undefined && !session.isPersistent) return;
  if (!hasPlace(core, session, delivery)) return;
  if (session.kept !== undefined) core.store.offer(session, delivery);
  else place(core, session, queuedInMemory(delivery));
}

/** Sends a message that was accepted for a session, or lets it wait behind the others. */
export function place(core: Core, session: Session, queued: Queued): void {
  const { connection } = session;
  if (connection !== undefined && session.queued === 0 && maySend(connection, session)) {
    send(core, connection, session, queued);
    return;
  }
  session.backlog.push(queued, connection !== undefined);
  if (connection !== undefined && session.queued > core.limits.queuedMessages / 2)
    core.pressure.note(connection);
}

/**
 * Sends what waits, as far as the window goes [MQTT-4.9.0-2] and the client takes it; nothing else waits for it
 * [MQTT-4.9.0-3]. Each is judged again: trust may have changed while it waited.
 */
export function drain(core: Core, session: Session): void {
  for (;;) {
    const { connection, backlog } = session;
    if (connection === undefined || !connection.isOpen) return;
    if (backlog.size <= core.limits.queuedMessages / 4) core.pressure.relieve(connection);
    if (backlog.size === 0 || !maySend(connection, session)) return;
    const next = backlog.first;
    if (next?.retained !== undefined) {
      if (!sendRetained(core, connection, session, next.retained)) return;
      session.replays.delete(next);
      backlog.shift();
      continue;
    }
    if (next?.delivery === undefined) {
      core.store.refill(session, () => goOn(core, session));
      return;
    }
    backlog.shift();
    if (next.packetId !== 0 && session.window.queuedAt(next.packetId) !== next) continue;
    const delivery = isDue(core, next) ? asJudged(core, session, next.delivery) : undefined;
    if (delivery === undefined) finish(session, next);
    else {
      next.delivery = delivery;
      send(core, connection, session, next);
    }
  }
}

/** Sends retained messages whose turn has come; says whether it was all of them. */
function sendRetained(core: Core, connection: Connection, session: Session, part: RetainedPart): boolean {
  for (let count = 0; !part.isOver; count++) {
    if (!maySend(connection, session)) return false;
    if (count === turn) {
      setImmediate(() => {
        core.observe();
        goOn(core, session);
      });
      return false;
    }
    const delivery = part.take();
    if (delivery !== undefined) send(core, connection, session, queuedInMemory(delivery));
  }
  return true;
}

/** What waited for the disk is at hand. */
function goOn(core: Core, session: Session): void {
  const { connection } = session;
  if (connection !== undefined) guarded(connection, () => drain(core, session));
}

/** What waited too long is not sent [MQTT-3.3.2-5]; what was sent once does not expire any more [MQTT-4.3.3-7]. */
function isDue(core: Core, { delivery, packetId }: Queued): boolean {
  return packetId !== 0 || delivery === undefined || !hasExpired(delivery.message, core.lifeTime);
}

/** This message if the device may have it now, by its own trust, by its publisher's and by that in what was said. */
function asJudged(core: Core, session: Session, delivery: Delivery): Delivery | undefined {
  if (isStillAllowed(core, session, delivery)) return delivery;
  const { message, retain } = delivery;
  const { allow, policies, observed, sourced, note } = judgeReceipt(core, session, message, retain);
  const denial = {
    device: session.device.id,
    action: actionOn(topicResource(message.topic), 'receive'),
    topic: message.topic,
    policies,
    ...whyOf(sourced),
  };
  if (allow) {
    if (observed !== undefined) noteObserved(core, { ...denial, observed }, 1);
    return note === delivery.note ? delivery : { ...delivery, note };
  }
  core.denials.note(denial, core.now, 1);
  core.statistics.withheld++;
  return undefined;
}

/** Whether nothing has changed since it was decided, plainly, that the device may have it. */
function isStillAllowed(core: Core, session: Session, { message, decided }: Delivery): boolean {
  if (decided === undefined) return false;
  const { decision, recipient } = decided;
  return (
    recipient.allowed &&
    recipient.observed === undefined &&
    recipient.trustEpoch === session.device.trustEpoch &&
    stillHolds(core, decision, message.publisher)
  );
}

function maySend(connection: Connection, session: Session): boolean {
  return !session.window.isFull && !connection.output.isCongested;
}

function sendOnce(core: Core, connection: Connection, delivery: Delivery): void {
  if (connection.output.isLagging) core.pressure.note(connection);
  if (connection.output.isCongested) core.statistics.dropped++;
  else write(core, connection, delivery, 0, false);
}

/**
 * For the first time without DUP, under a free identifier, which it keeps until it is acknowledged [MQTT-4.3.1-1]
 * [MQTT-4.3.2-1] to [MQTT-4.3.2-3] [MQTT-4.3.3-1] to [MQTT-4.3.3-3] [MQTT-3.3.1-3]
 * (3.1.1: [MQTT-4.3.1-1] [MQTT-4.3.2-1] [MQTT-4.3.3-1] [MQTT-3.3.1-3] [MQTT-2.3.1-4]).
 * Again, under the one that it has, with DUP if the client may have got it [MQTT-3.3.1-1] (3.1.1: [MQTT-3.3.1-1]).
 */
function send(core: Core, connection: Connection, session: Session, queued: Queued): void {
  const delivery = queued.delivery as Delivery;
  const isKnown = queued.packetId !== 0;
  const isAgain = isKnown && queued.isHeldBack !== true;
  if (isKnown) session.window.resume(queued.packetId);
  else {
    const isRemembered = session.isPersistent || session.kept !== undefined || delivery.group !== undefined;
    queued.packetId = session.window.take(
      delivery.qos === 1 ? 'puback' : 'pubrec',
      isRemembered ? queued : undefined,
    );
    session.kept?.sent(queued);
  }
  const go = (): boolean => {
    const isSent = write(core, connection, delivery, queued.packetId, isAgain);
    if (!isSent) finish(session, queued);
    return isSent;
  };
  if (session.kept === undefined) {
    go();
    return;
  }
  // It will be on the disk, should it be needed again.
  queued.delivery = undefined;
  // Under the identifier of a QoS 2 message that it may have, a client must be sent no other one, whatever happens
  // here: the identifier is on the disk first. What follows does not overtake it.
  if (delivery.qos === 2 || connection.answers.areWaiting) {
    if (!isAgain) queued.isHeldBack = true;
    connection.answers.giveAfterAll(() => {
      if (session.window.queuedAt(queued.packetId) !== queued) return;
      queued.isHeldBack = false;
      // One that is larger than the client takes leaves its place to the next.
      if (!go()) drain(core, session);
    });
  } else {
    queued.isHeldBack = false;
    go();
  }
}

/** The session is done with a message that is not sent, or was sent and cannot arrive. */
function finish(session: Session, queued: Queued): void {
  const { packetId } = queued;
  if (packetId !== 0) session.acknowledged(packetId, session.window.awaits(packetId) ?? 'puback');
  else session.kept?.done(queued);
}

/** Puts it into the client's output; says whether the client takes one of its size. */
function write(core: Core, connection: Connection, delivery: Delivery, id: number, dup: boolean): boolean {
  if (writePlain(connection, delivery, id, dup)) {
    core.statistics.sent++;
    return true;
  }
  const bytes = encodePublication(connection, publishPacket(delivery, id, dup, core.lifeTime));
  // [MQTT-3.1.2-25] to the session it is as if it had been sent.
  if (bytes === undefined) {
    core.statistics.dropped++;
    return false;
  }
  core.statistics.sent++;
  connection.output.append(bytes, 0, bytes.length);
  return true;
}
