import { noProperties, publishHeader, publishLength, writePublish } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Delivery } from './message.ts';

/** What {@link Output.reserve} makes room for. */
const largest = 16_384;
const noBytes = new Uint8Array(0);

/**
 * Writes a publication without properties straight into a client's output; says whether it did. Others, and those to
 * clients that allow aliases or take no packet of that size, are for the general way.
 */
export function writePlain(
  connection: Connection,
  { message, qos, retain, identifiers, note }: Delivery,
  packetId: number,
  dup: boolean,
): boolean {
  const { topicBytes, payload, properties, expiresAt } = message;
  const isPlain = properties === noProperties && identifiers === undefined && expiresAt === undefined;
  if (topicBytes === undefined || !isPlain || connection.aliases !== undefined) return false;
  const { version, output } = connection;
  if (note !== undefined && version === 5) return false;
  const size = publishLength(version, qos, topicBytes.length, 0, payload.length);
  if (size > largest || size > connection.maximumPacketSize) return false;
  const header = publishHeader(qos, retain, dup);
  const slab = output.reserve(size);
  writePublish(slab, output.length, version, header, topicBytes, packetId, noBytes, payload);
  output.commit(size);
  return true;
}
