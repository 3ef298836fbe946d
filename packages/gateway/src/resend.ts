import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import { mayReceive, write } from './delivery.ts';
import type { Session } from './session.ts';

/**
 * After a reconnection, and at no other time: what was sent and not acknowledged goes out again, in its order and under
 * its identifiers [MQTT-4.4.0-1] (3.1.1: [MQTT-4.4.0-1] [MQTT-4.6.0-1]). No more than the client now takes at a time
 * [MQTT-3.3.4-9]; the rest follows what it acknowledges.
 */
export function resend(core: Core, session: Session, connection: Connection): void {
  const entries = session.window.entries();
  // Nothing but PUBLISH waits for room [MQTT-3.3.4-10], and what was released is not sent again [MQTT-4.3.3-6].
  for (const { id, awaits } of entries) {
    if (awaits === 'pubcomp')
      connection.write({ type: 'pubrel', packetId: id, reasonCode: 0, properties: {} });
  }
  connection.toResend = entries.filter(({ awaits }) => awaits !== 'pubcomp');
  resendMore(core, connection);
}

/** Sends again as far as the window goes. What was sent once does not expire any more [MQTT-4.3.3-7]. */
export function resendMore(core: Core, connection: Connection): void {
  const { session, toResend } = connection;
  const { window } = session;
  let next = 0;
  for (; next < toResend.length; next++) {
    const { id, awaits, delivery } = toResend[next] as (typeof toResend)[number];
    if (window.awaits(id) !== awaits) continue;
    if (window.size - (toResend.length - next) >= window.limit) break;
    if (delivery === undefined || !mayReceive(core, session, delivery)) window.release(id, awaits);
    // [MQTT-3.3.1-1] (3.1.1: [MQTT-3.3.1-1])
    else if (!write(core, connection, delivery, id, true)) window.release(id, awaits);
  }
  connection.toResend = toResend.slice(next);
}
