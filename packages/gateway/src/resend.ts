import type { Connection } from './connection.ts';
import type { Session } from './session.ts';

/**
 * After a reconnection, and at no other time: what was sent and not acknowledged goes out again, in its order and under
 * its identifiers [MQTT-4.4.0-1] (3.1.1: [MQTT-4.4.0-1] [MQTT-4.6.0-1]). It goes in front of what waits, so that it is
 * no more than the client now takes at a time [MQTT-3.3.4-9].
 */
export function resend(session: Session, connection: Connection): void {
  // Nothing but PUBLISH waits for room [MQTT-3.3.4-10], and what was released is not sent again [MQTT-4.3.3-6].
  for (const { id, awaits } of session.window.entries()) {
    if (awaits !== 'pubcomp') continue;
    session.window.resume(id);
    connection.write({ type: 'pubrel', packetId: id, reasonCode: 0, properties: {} });
  }
  session.resume();
}
