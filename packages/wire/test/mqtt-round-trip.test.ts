import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePacket, encodePacket, frameAt, type Packet } from '../src/index.ts';
import { packetOf } from './packets.ts';
import { decodeWhole } from './vectors.ts';

const unlimited = 268_435_460;

describe.each([4, 5] as const)('level %i', (version) => {
  test('a packet that was encoded decodes to itself', () => {
    fc.assert(
      fc.property(packetOf(version), (packet) => {
        const encoded = encodePacket(packet, version);
        expect(decodeWhole(encoded, version)).toEqual(packet);
      }),
      { numRuns: 800 },
    );
  });

  test('a stream split anywhere gives the same packets', () => {
    fc.assert(
      fc.property(fc.array(packetOf(version), { minLength: 1, maxLength: 3 }), (packets) => {
        const stream = Buffer.concat(packets.map((packet) => encodePacket(packet, version)));
        for (let split = 0; split <= stream.length; split++) {
          expect(readStream([stream.subarray(0, split), stream.subarray(split)], version)).toEqual(packets);
        }
      }),
      { numRuns: 8 },
    );
  });

  test('a stream of single bytes gives the same packets', () => {
    fc.assert(
      fc.property(fc.array(packetOf(version), { maxLength: 5 }), (packets) => {
        const stream = Buffer.concat(packets.map((packet) => encodePacket(packet, version)));
        expect(
          readStream(
            [...stream].map((byte) => Buffer.of(byte)),
            version,
          ),
        ).toEqual(packets);
      }),
      { numRuns: 30 },
    );
  });
});

test('binary fields are views on the bytes that were decoded', () => {
  const packet = { topic: 't', payload: Buffer.from('abc'), qos: 0, retain: false, dup: false } as const;
  const encoded = encodePacket(
    { type: 'publish', ...packet, properties: { correlationData: Buffer.of(1) } },
    5,
  );
  const decoded = decodeWhole(encoded, 5);
  encoded[encoded.length - 1] = 0x7a;
  expect(decoded).toMatchObject({ payload: Buffer.from('abz') });
});

/** What a connection does: collects chunks and takes packets off the front. */
function readStream(chunks: readonly Buffer[], version: 4 | 5): Packet[] {
  const packets: Packet[] = [];
  let pending: Buffer = Buffer.alloc(0);
  for (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    let offset = 0;
    for (;;) {
      const frame = frameAt(pending, offset, pending.length, unlimited, version);
      if (frame === undefined) break;
      packets.push(decodePacket(frame.header, pending.subarray(frame.bodyStart, frame.bodyEnd), version));
      offset = frame.bodyEnd;
    }
    pending = pending.subarray(offset);
  }
  expect(pending.length).toBe(0);
  return packets;
}
