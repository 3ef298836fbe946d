import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeConnect,
  decodePacket,
  encodePacket,
  frameAt,
  MqttError,
  mqttErrorCodes,
  type Packet,
} from '../src/index.ts';
import { packetOf } from './packets.ts';

const maximum = 1 << 20;

/**
 * Decodes whatever the bytes are. A refusal is an MqttError of the list; anything else fails the test. What is
 * accepted must be expressible: it is encoded, and decoded again to the same.
 */
function digest(input: Buffer, version: 4 | 5): 'accepted' | 'refused' | 'incomplete' {
  let packet: Packet;
  try {
    const frame = frameAt(input, 0, input.length, maximum, version);
    if (frame === undefined) return 'incomplete';
    packet = decodePacket(frame.header, input.subarray(frame.bodyStart, frame.bodyEnd), version);
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    expect(error.reasonCode).toBe(mqttErrorCodes[error.code]);
    expect(error.message).not.toBe('');
    return 'refused';
  }
  const again = encodePacket(packet, version);
  const frame = frameAt(again, 0, again.length, maximum + 64, version);
  expect(frame).toBeDefined();
  expect(decodePacket(frame!.header, again.subarray(frame!.bodyStart, frame!.bodyEnd), version)).toEqual(
    packet,
  );
  return 'accepted';
}

describe.each([4, 5] as const)('level %i', (version) => {
  test('every truncation of a packet is incomplete, and of its body refused or another packet', () => {
    fc.assert(
      fc.property(packetOf(version), (packet) => {
        const encoded = encodePacket(packet, version);
        const { header, bodyStart, bodyEnd } = frameAt(encoded, 0, encoded.length, maximum, version)!;
        for (let end = 0; end < encoded.length; end++) {
          expect(digest(encoded.subarray(0, end), version)).toBe('incomplete');
        }
        for (let end = bodyStart; end < bodyEnd; end++) {
          refuseOrDecode(() => decodePacket(header, encoded.subarray(bodyStart, end), version));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('every change of a byte is refused or another packet', () => {
    fc.assert(
      fc.property(packetOf(version), fc.integer({ min: 1, max: 255 }), (packet, change) => {
        const encoded = encodePacket(packet, version);
        for (let index = 0; index < encoded.length; index++) {
          const mutated = Buffer.from(encoded);
          mutated[index] = mutated[index]! ^ change;
          digest(mutated, version);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('any value in any of the first bytes is refused or another packet', () => {
    fc.assert(
      fc.property(packetOf(version), fc.nat({ max: 15 }), (packet, position) => {
        const encoded = encodePacket(packet, version);
        const index = position % encoded.length;
        for (let value = 0; value < 256; value++) {
          const mutated = Buffer.from(encoded);
          mutated[index] = value;
          digest(mutated, version);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('bytes inserted, removed or exchanged between packets are refused or another packet', () => {
    fc.assert(
      fc.property(packetOf(version), packetOf(version), fc.nat(), fc.nat(), (one, other, cut, join) => {
        const first = encodePacket(one, version);
        const second = encodePacket(other, version);
        const body = Buffer.concat([
          first.subarray(2, 2 + (cut % first.length)),
          second.subarray(join % second.length),
        ]);
        digest(Buffer.concat([first.subarray(0, 1), lengthOf(body.length), body]), version);
      }),
      { numRuns: 500 },
    );
  });

  test('any bytes as the body of any packet are refused or a packet', () => {
    fc.assert(
      fc.property(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 60 }), (header, body) => {
        digest(Buffer.concat([Buffer.of(header), lengthOf(body.length), body]), version);
      }),
      { numRuns: 1000 },
    );
  });
});

test('any bytes are refused by decodeConnect or a CONNECT', () => {
  const start = fc.constantFrom(
    '',
    '00044d5154540402',
    '00044d5154540502',
    '00044d51545405f6',
    '00064d514973647003',
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 60 }), (prefix, body) => {
      refuseOrDecode(() => decodeConnect(Buffer.concat([Buffer.from(prefix, 'hex'), body])));
    }),
    { numRuns: 1000 },
  );
});

function refuseOrDecode(decode: () => Packet): void {
  try {
    expect(decode()).toHaveProperty('type');
  } catch (error) {
    expect(error).toBeInstanceOf(MqttError);
  }
}

function lengthOf(length: number): Buffer {
  return length < 128 ? Buffer.of(length) : Buffer.of((length & 0x7f) | 0x80, length >> 7);
}
