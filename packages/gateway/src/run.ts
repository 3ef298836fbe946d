import { type MqttVersion, noProperties } from '@kiten/wire';
import type { Connection } from './connection.ts';
import type { Core } from './core.ts';
import type { CachedDecision } from './decision-cache.ts';
import type { DeviceRecord } from './device-record.ts';
import type { Message } from './message.ts';
import type { Recipient } from './recipient.ts';

/** Whose packets those are: a client of this worker's, or one of another's. */
export interface Source {
  readonly core: Core;
  readonly device: DeviceRecord;
  readonly clientId: string;
  readonly version: MqttVersion;
}

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

/** The PUBLISH at a place of a chunk, copied out of it: one without properties, to the topic that was decided about. */
export function messageAt(
  source: Source,
  { topic, bytes: topicBytes }: CachedDecision,
  bytes: Buffer,
  offset: number,
  body: number,
  end: number,
): Message {
  const header = bytes[offset] as number;
  const from = payloadStart(source.version, header, body, topicBytes.length);
  return {
    topic: topic.path,
    topicBytes,
    payload: Buffer.from(bytes.subarray(from, end)),
    qos: ((header >> 1) & 3) as 0 | 1,
    retain: false,
    will: false,
    properties: noProperties,
    publisher: source.device,
    clientId: source.clientId,
    expiresAt: undefined,
  };
}

/** Where the payload of a PUBLISH without properties begins. */
export function payloadStart(
  version: MqttVersion,
  header: number,
  body: number,
  topicLength: number,
): number {
  const idEnd = body + 2 + topicLength + ((header & 0x06) === 0 ? 0 : 2);
  // In version 5 an empty set of properties is one zero.
  return version === 5 ? idEnd + 1 : idEnd;
}

/** Whether a peer may have packets of up to that size as the bytes they came in. */
export function isPlainTo(source: Source, target: Connection, recipient: Recipient, size: number): boolean {
  return (
    target.version === source.version &&
    recipient.identifiers === undefined &&
    // In version 3.1.1 nobody can be told.
    (recipient.note === undefined || target.version === 4) &&
    target.aliases === undefined &&
    size <= target.maximumPacketSize
  );
}
