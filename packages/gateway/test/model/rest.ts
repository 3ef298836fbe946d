import type { Broker } from './broker.ts';
import type { Connection } from './connection.ts';
import { lifeLeft } from './message.ts';
import type { Session } from './session.ts';
import { show, Violation } from './violation.ts';

/** What should have come by now, if nothing moves any more. */
export function missing(broker: Broker, connections: readonly Connection[]): Violation | undefined {
  for (const connection of connections) {
    const found = connection.isOpen ? missingOn(broker, connection) : undefined;
    if (found !== undefined) return found;
  }
  for (const shared of broker.shared) {
    const members = broker.membersOf(shared.filter);
    if (!shared.isOverdue(members, hasRoom, broker.now)) continue;
    const [{ connection }] = members as [Session];
    return new Violation(connection as Connection, `${show(shared.message)} came to no member`);
  }
  return undefined;
}

/**
 * Nothing moves any more: what has not come although it could does not come later. But a message too large for its
 * client that waited for the disk when the connection went may come to the next one, if that takes it: one cannot see
 * whether it had been given up before.
 */
export function forgetOptional(broker: Broker, hasStore: boolean): void {
  for (const session of broker.sessions.values()) {
    const { connection } = session;
    if (connection === undefined) continue;
    const before = [...session.sent];
    for (const [at, sent] of before.entries()) {
      if (sent.on === connection || sent.awaits === 'pubcomp') continue;
      const isPassedOver = before.slice(at).some(({ on }) => on === connection);
      const isRefused = connection.refuses(sent.due.message);
      if (hasRoomAgain(connection) ? sent.mayBeElsewhere || isRefused : isRefused && isPassedOver)
        broker.giveUp(session, sent);
    }
    for (const due of session.due) if (connection.refuses(due.message)) due.isRequired = false;
    session.due = session.due.filter(
      (due) =>
        due.isRequired || !hasRoom(session) || (hasStore && due.qos > 0 && connection.refuses(due.message)),
    );
  }
  broker.shared = broker.shared.filter((shared) => {
    const members = broker.membersOf(shared.filter);
    if (members.some(({ connection }) => connection?.refuses(shared.message))) shared.isRequired = false;
    const isStuck = shared.astray !== undefined || !shared.candidates.every(hasRoom);
    return shared.message.qos > 0 && (shared.isRequired || isStuck);
  });
}

function missingOn(broker: Broker, connection: Connection): Violation | undefined {
  const { owed, session } = connection;
  if (owed.length > 0) return new Violation(connection, `owes ${owed.map(({ type }) => type).join()}`);
  for (const { awaits, releasedOn, packetId } of session.sent) {
    // [MQTT-3.3.4-10] [MQTT-4.3.3-4] [MQTT-4.4.0-1]
    if (awaits === 'pubcomp' && releasedOn !== connection)
      return new Violation(connection, `no PUBREL for ${packetId}`);
  }
  for (const { on, awaits, mayBeElsewhere, due, packetId } of session.sent) {
    const isOld =
      on !== connection && awaits !== 'pubcomp' && !mayBeElsewhere && !connection.refuses(due.message);
    if (isOld && hasRoomAgain(connection))
      return new Violation(connection, `${packetId} was not sent again [MQTT-4.4.0-1]`);
  }
  for (const due of session.due) {
    if (!due.isRequired || connection.refuses(due.message) || lifeLeft(due.message, broker.now) <= 0)
      continue;
    // Without room the broker may hold back QoS 0 too (MQTT 5.0 §4.9).
    if (!hasRoom(session)) continue;
    return new Violation(connection, `${due.cause}, and did not come: ${show(due.message)}`);
  }
  return undefined;
}

/** Whether the broker has no reason not to send another message with QoS 1 or 2. */
function hasRoom({ connection, sent }: Session): boolean {
  return connection !== undefined && sent.length < connection.wishes.receiveMaximum;
}

/** The same for one that was sent before: what was sent over an earlier connection takes no room here yet. */
function hasRoomAgain(connection: Connection): boolean {
  const { sent } = connection.session;
  const taken = sent.filter(({ on, awaits }) => on === connection || awaits === 'pubcomp').length;
  return taken < connection.wishes.receiveMaximum;
}
