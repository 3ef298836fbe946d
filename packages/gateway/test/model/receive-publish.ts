import type { Publish } from '@kiten/wire';
import type { Broker } from './broker.ts';
import type { Connection } from './connection.ts';
import type { Due, Form } from './due.ts';
import { differenceOf, formOf, type Publication, resolveAlias } from './publication.ts';
import type { Sent, Session } from './session.ts';
import type { SharedDue } from './shared-due.ts';
import { show, Violation } from './violation.ts';

/** A PUBLISH has come: a message for the first time, or again after a reconnection. */
export function receivePublish(broker: Broker, connection: Connection, packet: Publish): void {
  const publication = resolveAlias(packet, connection);
  if (typeof publication === 'string') throw new Violation(connection, publication, packet);
  const { sent } = connection.session;
  const known = packet.qos === 0 ? undefined : sent.find(({ packetId }) => packetId === packet.packetId);
  if (known === undefined) receiveNew(broker, connection, publication);
  else if (known.mayBeElsewhere && !packet.dup) {
    // The broker gave it to another member, and its identifier is free again.
    broker.giveUp(connection.session, known);
    receiveNew(broker, connection, publication);
  } else receiveAgain(broker, connection, publication, known);
}

function receiveNew(broker: Broker, connection: Connection, publication: Publication): void {
  const { session, wishes } = connection;
  if (publication.dup) throw new Violation(connection, 'DUP, and not known [MQTT-3.3.1-1]', publication);
  const { due, form, shared } = findDue(broker, connection, publication);
  if (due.cause !== 'shared' && !isInOrder(session, due, form))
    throw new Violation(connection, `${due.cause}, and out of order [MQTT-4.6.0-5]`, publication);
  if (due.cause === 'live') session.latest.set(lineOf(due, form), due.order);
  due.take(form);
  if (shared !== undefined) settle(broker, shared);
  session.due = session.due.filter(({ isDone }) => !isDone);
  if (form.qos === 0) return;
  const unacknowledged = session.sent.filter(({ on }) => on === connection).length;
  if (unacknowledged >= wishes.receiveMaximum)
    throw new Violation(connection, 'beyond the receive maximum [MQTT-3.3.4-9]', publication);
  session.sent.push({
    packetId: publication.packetId as number,
    due,
    form,
    awaits: form.qos === 1 ? 'puback' : 'pubrec',
    on: connection,
    releasedOn: undefined,
    mayBeElsewhere: false,
  });
}

function findDue(
  broker: Broker,
  connection: Connection,
  publication: Publication,
): { due: Due; form: Form; shared?: SharedDue } {
  const { session } = connection;
  const all = session.due.flatMap((due) => {
    const form = formOf(publication, due, broker.now);
    return form === undefined ? [] : [{ due, form }];
  });
  // One copy for all subscriptions is likelier than one of several that looks like it.
  const whole = all.filter(({ due, form }) => due.isWhole(form));
  const fitting = whole.length > 0 ? whole : all;
  // A message may be on its way more than once, live and as a retained one, and one cannot tell which of them comes.
  const found = fitting.find(({ due, form }) => isInOrder(session, due, form)) ?? fitting[0];
  if (found !== undefined) {
    const required = fitting.find(({ due }) => due.isRequired);
    if (!found.due.isRequired && required !== undefined) required.due.isRequired = false;
    return found;
  }
  for (const shared of broker.shared) {
    for (const due of shared.dueTo(session)) {
      const form = formOf(publication, due, broker.now);
      if (form !== undefined) return { due, form, shared };
    }
  }
  const known = session.due.map(({ message, cause, isRequired }) => show({ cause, isRequired, ...message }));
  const shared = broker.shared.filter((each) => each.isMember(session)).map(({ message }) => show(message));
  const list = [...known, ...shared].map((line) => `\n    ${line}`).join('');
  throw new Violation(connection, `nothing like it is due at ${broker.now}; due are${list}`, publication);
}

/** A member has it: it is nothing to the one that was sent it before. */
function settle(broker: Broker, shared: SharedDue): void {
  broker.shared = broker.shared.filter((each) => each !== shared);
  if (shared.astray === undefined) return;
  const { session, sent } = shared.astray;
  session.sent = session.sent.filter((each) => each !== sent);
}

/**
 * From one publisher, on one topic and with one QoS: in the order of publication [MQTT-4.6.0-5] [MQTT-4.6.0-6], and
 * what was retained before what was published after the subscription.
 */
function isInOrder({ latest }: Session, due: Due, form: Form): boolean {
  return due.order >= (latest.get(lineOf(due, form)) ?? 0);
}

function lineOf({ message }: Due, { qos }: Form): string {
  return `${message.publisher} ${qos} ${message.topic}`;
}

/** [MQTT-4.4.0-1] [MQTT-4.6.0-1] */
function receiveAgain(broker: Broker, connection: Connection, publication: Publication, known: Sent): void {
  const { session } = connection;
  if (known.on === connection)
    throw new Violation(connection, 'again within a connection, or its identifier is in use', publication);
  if (known.awaits === 'pubcomp')
    throw new Violation(connection, 'again after PUBREC [MQTT-4.3.3-6]', publication);
  if (!publication.dup) throw new Violation(connection, 'again without DUP [MQTT-3.3.1-1]', publication);
  const different = differenceOf(publication, known, session.grants);
  if (different !== undefined) throw new Violation(connection, `again with ${different}`, publication);
  const before = session.sent.slice(0, session.sent.indexOf(known));
  const isOvertaking = before.some(
    (sent) =>
      sent.on !== connection &&
      sent.awaits !== 'pubcomp' &&
      !sent.mayBeElsewhere &&
      !connection.refuses(sent.due.message),
  );
  if (isOvertaking) throw new Violation(connection, 'again out of order [MQTT-4.6.0-1]', publication);
  known.on = connection;
  known.mayBeElsewhere = false;
  broker.shared = broker.shared.filter(({ astray }) => astray?.sent !== known);
}
