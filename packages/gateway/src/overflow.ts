import type { Core } from './core.ts';
import type { Delivery } from './message.ts';
import type { Session } from './session.ts';

/**
 * What becomes of a session whose queue is full when one more message comes: the message finds no room (as with
 * Mosquitto), the oldest that waits makes room (as with EMQX), or the session ends, so that the client learns from
 * its next CONNACK that it missed something. Each is counted as `overflowed`.
 */
export type QueueOverflow = 'drop-newest' | 'drop-oldest' | 'end-session';

/** So many messages a queue may go beyond its bound while the oldest of it are read from the disk. */
const readAhead = 512;

/** Whether a message may be added to what waits for a session, and makes room for it if it is to. */
export function hasPlace(core: Core, session: Session, { message }: Delivery): boolean {
  const { length } = message.payload;
  if (fits(core, session, length)) return true;
  core.statistics.overflowed++;
  core.statistics.dropped++;
  switch (core.options.queueOverflow) {
    case 'drop-newest':
      return false;
    case 'drop-oldest':
      while (!fits(core, session, length) && dropOldest(session));
      return session.queued < core.limits.queuedMessages + readAhead;
    case 'end-session':
      session.expiry = 0;
      session.expiresAt = core.lifeTime;
      session.connection?.end('queue-overflow', 0x97, 'Too much waits for the session.');
      return false;
  }
}

function fits({ limits }: Core, { queued, queuedBytes }: Session, length: number): boolean {
  return queued < limits.queuedMessages && queuedBytes + length <= limits.queuedBytes;
}

/** Says whether one could be dropped; of those on the disk, only when they are at hand. */
function dropOldest(session: Session): boolean {
  const oldest = session.backlog.dropFirst();
  if (oldest === undefined) return false;
  if (oldest.packetId === 0) session.kept?.done(oldest);
  return true;
}
