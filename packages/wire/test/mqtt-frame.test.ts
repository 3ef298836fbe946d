import { describe, expect, test } from 'vitest';
import { frameAt } from '../src/index.ts';
import { bytes } from './vectors.ts';

const unlimited = 268_435_460;
const frame = (notation: string, maximum = unlimited, version?: 4 | 5) => {
  const buffer = bytes(notation);
  return frameAt(buffer, 0, buffer.length, maximum, version);
};
const refusal = (code: string, reasonCode: number) => expect.objectContaining({ code, reasonCode });

describe('a frame', () => {
  test('is nothing while bytes are missing: none, the length, part of the length, part of the body', () => {
    for (const part of ['', '30', '30 80', '30 80 80', '30 80 80 80', '30 03', '30 03 00 00']) {
      expect(frame(part), part).toBeUndefined();
    }
  });

  test('is complete with its last byte, wherever it lies', () => {
    expect(frame('30 03 00 01 61')).toEqual({ header: 0x30, bodyStart: 2, bodyEnd: 5 });
    const buffer = bytes('ff ff c0 00 ff');
    expect(frameAt(buffer, 2, 5, unlimited)).toEqual({ header: 0xc0, bodyStart: 4, bodyEnd: 4 });
    expect(frameAt(buffer, 2, 3, unlimited)).toBeUndefined();
  });

  // Table 2.4 of 3.1.1 and table 1-1 of 5.0: the smallest and largest value of each length.
  test.each([
    ['00', 0],
    ['7f', 127],
    ['80 01', 128],
    ['ff 7f', 16_383],
    ['80 80 01', 16_384],
    ['ff ff 7f', 2_097_151],
    ['80 80 80 01', 2_097_152],
    ['ff ff ff 7f', 268_435_455],
  ])('has the remaining length %s, which is %i', (notation, length) => {
    const head = bytes(`30 ${notation}`);
    const buffer = Buffer.alloc(head.length + Math.min(length, 20_000));
    head.copy(buffer);
    const expected = { header: 0x30, bodyStart: head.length, bodyEnd: head.length + length };
    const enough = buffer.length === head.length + length;
    expect(frameAt(buffer, 0, buffer.length, unlimited, 5)).toEqual(enough ? expected : undefined);
    const size = head.length + length;
    expect(() => frameAt(buffer, 0, head.length, size - 1, 5)).toThrow(
      refusal('wire/mqtt-packet-too-large', 0x95),
    );
    expect(() => frameAt(buffer, 0, head.length, size, 5)).not.toThrow();
  });

  test('is refused as too large before its body arrives', () => {
    expect(() => frame('30 81 01', 100)).toThrow(
      expect.objectContaining({ code: 'wire/mqtt-packet-too-large', detail: { size: 132, maximum: 100 } }),
    );
  });

  test('is refused with a remaining length of five bytes, as soon as the fourth says that one follows', () => {
    for (const notation of ['30 80 80 80 80', '30 80 80 80 80 01', 'c0 ff ff ff ff 7f']) {
      expect(() => frame(notation), notation).toThrow(refusal('wire/mqtt-remaining-length', 0x81));
    }
  });

  test('must have a minimal remaining length in version 5 [MQTT-1.5.5-1], not in 3.1.1', () => {
    for (const notation of ['c0 80 00', 'c0 80 80 00', 'c0 80 80 80 00']) {
      expect(() => frame(notation, unlimited, 5), notation).toThrow(
        refusal('wire/mqtt-remaining-length', 0x81),
      );
      expect(frame(notation, unlimited, 4)).toMatchObject({ header: 0xc0 });
      expect(frame(notation)).toMatchObject({ header: 0xc0 });
    }
  });

  test('is refused by its first byte, all 256 of them against tables 2-1 and 2-2', () => {
    for (let header = 0; header < 256; header++) {
      const type = header >> 4;
      const flags = header & 15;
      const twos = type === 6 || type === 8 || type === 10;
      // PUBLISH: no QoS 3, and no DUP with QoS 0.
      const publish = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13];
      const right = type !== 0 && (type === 3 ? publish.includes(flags) : flags === (twos ? 2 : 0));
      for (const version of [4, 5] as const) {
        const look = () => frameAt(Buffer.of(header), 0, 1, unlimited, version);
        if (right && (type !== 15 || version === 5)) expect(look(), `${header}`).toBeUndefined();
        else expect(look, `${header}`).toThrow(expect.objectContaining({ reasonCode: 0x81 }));
      }
    }
  });
});
