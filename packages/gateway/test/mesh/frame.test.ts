import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, frameHeader, frameKinds } from '../../src/mesh/frame.ts';

function frame(kind: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(frameHeader);
  header[0] = kind;
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

describe('frames between workers', () => {
  it('are the same wherever the stream of bytes is cut', () => {
    const kinds = fc.constantFrom(...Object.values(frameKinds));
    const frames = fc.array(fc.tuple(kinds, fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat({ max: 30 })), (sent, cuts) => {
        const reader = new FrameReader();
        const seen: [number, number[]][] = [];
        let rest = Buffer.concat(sent.map(([kind, body]) => frame(kind, body)));
        for (const cut of [...cuts, rest.length]) {
          reader.take(rest.subarray(0, cut), (kind, body) => seen.push([kind, [...body]]));
          rest = rest.subarray(cut);
        }
        expect(seen).toEqual(sent.map(([kind, body]) => [kind, [...body]]));
      }),
    );
  });

  it.each([0, 6, 255])('of the kind %i are none', (kind) => {
    expect(() => new FrameReader().take(frame(kind, new Uint8Array(1)), () => undefined)).toThrow(
      expect.objectContaining({ code: 'gateway/link-malformed' }),
    );
  });
});
