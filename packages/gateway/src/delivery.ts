import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { encodePublication } from './fitting.ts';
import { actionOn } from './judge.ts';
import { type Delivery, hasExpired, publishPacket } from './message.ts';
import type { Session } from './session.ts';
import { topicResource } from './topic-resource.ts';

/** Sends a message that was just judged, or keeps it if its turn has not come. */
export function deliver(core: Core, session: Session, delivery: Delivery): void {
  const { connection } = session;
  if (connection === undefined) {
    if (delivery.qos > 0 && session.isPersistent) keep(core, session, delivery);
    return;
  }
  if (delivery.qos > 0 && (session.queued > 0 || session.window.isFull)) keep(core, session, delivery);
  else send(core, connection, session, delivery);
}

/** Puts it in the queue, which is bounded: what finds no room is dropped and counted, the newest first. */
export function keep(core: Core, session: Session, delivery: Delivery): void {
  const size = session.queuedBytes + delivery.message.payload.length;
  if (session.queued >= core.limits.queuedMessages || size > core.limits.queuedBytes)
    core.statistics.dropped++;
  else session.enqueue(delivery);
}

/** Sends what waits, as far as the window goes [MQTT-4.9.0-2]; nothing else waits for it [MQTT-4.9.0-3]. Each is judged again: trust may have changed while it waited. */
export function drain(core: Core, session: Session): void {
  while (session.connection !== undefined && session.queued > 0 && !session.window.isFull) {
    const delivery = session.dequeue();
    if (delivery === undefined || hasExpired(delivery.message, core.now)) continue; // [MQTT-3.3.2-5]
    if (mayReceive(core, session, delivery)) send(core, session.connection, session, delivery);
  }
}

/** Whether the device may have this message now, by its own trust and by its publisher's. */
export function mayReceive(core: Core, session: Session, { message, retain }: Delivery): boolean {
  const topic = topicResource(message.topic);
  const context = { retain, will: message.will, publisher: message.publisher };
  const { allow, policies } = core.judge.message('receive', session.device, topic, context);
  if (allow) return true;
  const denial = {
    device: session.device.id,
    action: actionOn(topic, 'receive'),
    topic: message.topic,
    policies,
  };
  core.denials.note(denial, core.now, 1);
  core.statistics.withheld++;
  return false;
}

/**
 * For the first time: without DUP, under a free identifier where there is a quota for it, which it keeps until it is
 * acknowledged [MQTT-4.3.1-1] [MQTT-4.3.2-1] to [MQTT-4.3.2-3] [MQTT-4.3.3-1] to [MQTT-4.3.3-3] [MQTT-3.3.1-3]
 * (3.1.1: [MQTT-4.3.1-1] [MQTT-4.3.2-1] [MQTT-4.3.3-1] [MQTT-3.3.1-3] [MQTT-2.3.1-4]).
 */
function send(core: Core, connection: Connection, session: Session, delivery: Delivery): void {
  if (delivery.qos === 0) {
    if (connection.output.isCongested) core.statistics.dropped++;
    else write(core, connection, delivery, 0, false);
    return;
  }
  const kept = session.isPersistent || delivery.group !== undefined ? delivery : undefined;
  const id = session.window.take(delivery.qos === 1 ? 'puback' : 'pubrec', kept);
  if (!write(core, connection, delivery, id, false))
    session.window.release(id, delivery.qos === 1 ? 'puback' : 'pubrec');
}

/** Puts it into the client's output; says whether the client takes one of its size. */
export function write(
  core: Core,
  connection: Connection,
  delivery: Delivery,
  id: number,
  dup: boolean,
): boolean {
  const bytes = encodePublication(connection, publishPacket(delivery, id, dup, core.now));
  // [MQTT-3.1.2-25] to the session it is as if it had been sent.
  if (bytes === undefined) {
    core.statistics.dropped++;
    return false;
  }
  core.statistics.sent++;
  connection.output.append(bytes, 0, bytes.length);
  return true;
}
