import { decodePacket } from '@kiten/wire';
import type { Connection } from './connection.ts';
import { type Message, messageFrom } from './message.ts';
import type { Recipient } from './recipient.ts';

/** Goes through the packets of a chunk that were cut before: each by its first byte, its body and its end. */
export function eachPacket(
  bytes: Buffer,
  start: number,
  end: number,
  see: (offset: number, body: number, end: number) => void,
): void {
  for (let offset = start; offset < end; ) {
    let body = offset + 1;
    let remaining = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[body++] as number;
      remaining |= (byte & 0x7f) << shift;
    }
    see(offset, body, body + remaining);
    offset = body + remaining;
  }
}

/** The PUBLISH at a place of a chunk, copied out of it. */
export function messageAt(
  connection: Connection,
  bytes: Buffer,
  offset: number,
  body: number,
  end: number,
): Message {
  const packet = decodePacket(bytes[offset] as number, bytes.subarray(body, end), connection.version);
  if (packet.type !== 'publish') throw new TypeError('Only a PUBLISH is passed on.');
  const { core, device, clientId } = connection;
  return messageFrom(packet, { publisher: device, clientId, now: core.lifeTime, will: false });
}

/** Whether a peer may have packets of up to that size as the bytes they came in. */
export function isPlainTo(
  connection: Connection,
  target: Connection,
  recipient: Recipient,
  size: number,
): boolean {
  return (
    target.version === connection.version &&
    recipient.identifiers === undefined &&
    target.aliases === undefined &&
    size <= target.maximumPacketSize
  );
}
