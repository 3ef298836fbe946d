import { decodePacket, frameAt, type MqttVersion, type Packet, type Sender } from '../src/index.ts';

/** Bytes from hex with text in quotes between: `00 04 'MQTT' 05`. */
export function bytes(notation: string): Buffer {
  const parts = notation.match(/'[^']*'|[0-9a-f]{2}|\S/giu) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith("'")) return Buffer.from(part.slice(1, -1), 'utf8');
      if (!/^[0-9a-f]{2}$/iu.test(part)) throw new Error(`Not hex: ${part}`);
      return Buffer.from(part, 'hex');
    }),
  );
}

/** A whole packet of fewer than 128 bytes: the first byte, the length of the body, the body. */
export function packetBytes(header: string, body: string): Buffer {
  const content = bytes(body);
  if (content.length > 127) throw new Error('Too long for this notation.');
  return Buffer.concat([bytes(header), Buffer.from([content.length]), content]);
}

/** Frames and decodes the one packet that `input` consists of. */
export function decodeWhole(input: Buffer, version: MqttVersion, sender?: Sender): Packet {
  const frame = frameAt(input, 0, input.length, 268_435_460, version);
  if (frame === undefined) throw new Error('The vector is not a whole packet.');
  if (frame.bodyEnd !== input.length) throw new Error('Bytes follow the vector.');
  return decodePacket(frame.header, input.subarray(frame.bodyStart, frame.bodyEnd), version, sender);
}
