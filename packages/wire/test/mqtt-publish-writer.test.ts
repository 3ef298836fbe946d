import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodePacket,
  encodePuback,
  encodePublishProperties,
  noProperties,
  type Publish,
  publishHeader,
  publishLength,
  writePublish,
  writePublishHeader,
} from '../src/index.ts';
import { packetOf } from './packets.ts';
import { bytes } from './vectors.ts';

const nothing = Buffer.alloc(0);

describe.each([4, 5] as const)('level %i', (version) => {
  const publish = packetOf(version).filter((packet): packet is Publish => packet.type === 'publish');

  test('a PUBLISH written into a buffer is the encoded one, and nothing around it is touched', () => {
    fc.assert(
      fc.property(publish, fc.nat({ max: 20 }), (packet, offset) => {
        const { qos, retain, dup, packetId = 0, payload } = packet;
        const topic = Buffer.from(packet.topic);
        const properties = encodePublishProperties(packet.properties);
        const length = publishLength(version, qos, topic.length, properties.length, payload.length);
        const target = Buffer.alloc(offset + length + 5, 0xaa);
        const header = publishHeader(qos, retain, dup);
        const end = writePublish(target, offset, version, header, topic, packetId, properties, payload);
        expect(end).toBe(offset + length);
        expect(target.subarray(offset, end)).toEqual(encodePacket(packet, version));
        expect(target.subarray(0, offset)).toEqual(Buffer.alloc(offset, 0xaa));
        expect(target.subarray(end)).toEqual(Buffer.alloc(5, 0xaa));
        const payloadAt = writePublishHeader(
          target,
          0,
          version,
          header,
          topic,
          packetId,
          properties,
          payload.length,
        );
        expect(payloadAt).toBe(length - payload.length);
        expect(target.subarray(0, payloadAt)).toEqual(encodePacket(packet, version).subarray(0, payloadAt));
      }),
      { numRuns: 200 },
    );
  });

  // The sizes at which the remaining length takes one more byte.
  test.each([127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('a remaining length of %i', (remaining) => {
    const payload = Buffer.alloc(remaining - (version === 5 ? 4 : 3), 1);
    const packet: Publish = { ...minimal, topic: 't', payload };
    const encoded = encodePacket(packet, version);
    const lengthBytes = encoded.length - 1 - remaining;
    expect(lengthBytes).toBe(remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4);
    expect(encoded.subarray(-payload.length)).toEqual(payload);
  });

  test('a packet larger than MQTT has is refused before it is made', () => {
    const fixed = version === 5 ? 4 : 3;
    expect(publishLength(version, 0, 1, 0, 268_435_455 - fixed)).toBe(268_435_460);
    expect(() => publishLength(version, 0, 1, 0, 268_435_456 - fixed)).toThrow(
      expect.objectContaining({ code: 'wire/mqtt-packet-too-large', reasonCode: 0x95 }),
    );
  });
});

test('the header of a PUBLISH has DUP, QoS and RETAIN (§3.3.1)', () => {
  expect(publishHeader(0, false, false)).toBe(0x30);
  expect(publishHeader(1, true, false)).toBe(0x33);
  expect(publishHeader(2, true, true)).toBe(0x3d);
});

describe('PUBACK', () => {
  test.each([
    ['3.1.1', 4, 0, undefined, '40 02 00 07'],
    ['3.1.1 has no reason', 4, 0x87, 'no', '40 02 00 07'],
    ['success', 5, 0, undefined, '40 02 00 07'],
    ['a refusal', 5, 0x87, undefined, '40 03 00 07 87'],
    ['a refusal with a reason', 5, 0x87, 'no', "40 09 0007 87 05 1f 0002 'no'"],
    ['success with a reason', 5, 0, 'ok', "40 09 0007 00 05 1f 0002 'ok'"],
  ] as const)('%s', (_name, version, reasonCode, reasonString, notation) => {
    expect(encodePuback(7, version, reasonCode, reasonString)).toEqual(bytes(notation));
  });

  test('needs a packet identifier and a reason code of its own', () => {
    for (const packetId of [0, -1, 65_536, 1.5]) {
      expect(() => encodePuback(packetId, 5)).toThrow(
        expect.objectContaining({ code: 'wire/mqtt-packet-identifier' }),
      );
    }
    expect(() => encodePuback(1, 5, 0x81)).toThrow(
      expect.objectContaining({ code: 'wire/mqtt-reason-code' }),
    );
  });
});

const minimal: Publish = {
  type: 'publish',
  topic: 't',
  payload: nothing,
  qos: 0,
  retain: false,
  dup: false,
  properties: noProperties,
};
