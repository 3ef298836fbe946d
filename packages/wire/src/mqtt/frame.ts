import { MqttError } from './error.ts';
import { packetTypeOf } from './header.ts';
import type { MqttVersion } from './packet.ts';

/** Where a packet lies in a buffer: its first byte, and its body (what the remaining length counts). */
export interface Frame {
  readonly header: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/**
 * Finds the packet that begins at `offset` among the bytes received up to `end` (MQTT 5.0 §2.1). It judges what it
 * sees as soon as it sees it: a wrong header or an announced size beyond the maximum is refused before the body
 * has arrived, so that nobody collects bytes for a packet that won't be accepted.
 *
 * The remaining length must be minimal in version 5 [MQTT-1.5.5-1]; 3.1.1 (§2.2.3) asks for no such thing, and of
 * a CONNECT nobody knows the version yet, so without `version` 5 a longer form is accepted.
 *
 * @param end - the offset after the last byte received
 * @param maximumPacketSize - bytes of the whole packet, header included, as MQTT 5.0 §3.1.2.11.4 counts it
 * @returns `undefined` if more bytes are needed
 * @throws MqttError if no continuation of these bytes is an acceptable packet
 */
export function frameAt(
  buffer: Uint8Array,
  offset: number,
  end: number,
  maximumPacketSize: number,
  version?: MqttVersion,
): Frame | undefined {
  if (offset >= end) return undefined;
  const header = buffer[offset]!;
  packetTypeOf(header, version);
  let length = 0;
  let position = offset + 1;
  for (let shift = 0; ; shift += 7) {
    if (position >= end) return undefined;
    const byte = buffer[position++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (byte === 0 && shift > 0 && version === 5) {
        throw new MqttError('wire/mqtt-remaining-length', 'The remaining length is not minimal.');
      }
      break;
    }
    if (shift === 21)
      throw new MqttError('wire/mqtt-remaining-length', 'The remaining length exceeds four bytes.');
  }
  const bodyEnd = position + length;
  // [MQTT-3.2.2-15]
  if (bodyEnd - offset > maximumPacketSize) {
    throw new MqttError('wire/mqtt-packet-too-large', 'The packet is larger than the receiver accepts.', {
      size: bodyEnd - offset,
      maximum: maximumPacketSize,
    });
  }
  return bodyEnd > end ? undefined : { header, bodyStart: position, bodyEnd };
}
