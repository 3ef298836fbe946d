import { type Publish, reasonCodes } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';

/** Whether passing a message on, or remembering its identifier, takes room on the disk. */
export function needsStore(
  { session }: Connection,
  { recipients, groups }: CachedDecision,
  { qos, retain }: Pick<Publish, 'qos' | 'retain'>,
): boolean {
  if (retain || (qos === 2 && session.kept !== undefined)) return true;
  if (qos === 0) return false;
  // Whose turn it is in a group shows only when it has had it.
  return (
    recipients.some((each) => each.session.kept !== undefined) || groups.some(({ group }) => group.isKept)
  );
}

/** What a client of version 5 is told. */
export const noRoom = 'There is no room to keep the message in at the moment.';

/**
 * Does not take a message that there is no room for. A client of version 5 is told so; one of 3.1.1 loses its
 * connection instead of an acknowledgement, and sends the message again when it is back (3.1.1: [MQTT-4.8.0-2]).
 */
export function withoutRoom(
  core: Core,
  connection: Connection,
  { qos, packetId }: Pick<Publish, 'qos' | 'packetId'>,
): void {
  core.statistics.dropped++;
  core.statistics.withoutRoom++;
  if (packetId === undefined) return;
  if (connection.version === 4) {
    connection.end('disk-full');
    return;
  }
  const properties = connection.reason(noRoom);
  const type = qos === 1 ? 'puback' : 'pubrec';
  const reasonCode = reasonCodes.quotaExceeded;
  connection.answers.give(core.store.accepted, () =>
    connection.write({ type, packetId, reasonCode, properties }),
  );
}
