import { encodePacket, frameAt, type MqttVersion } from '@kiten/wire';
import fc, { type Arbitrary } from 'fast-check';
import { recording } from './recordings.ts';

/** One change of a stream of bytes. Places are taken modulo what there is. */
export type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly mask: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly from: number; readonly length: number }
  /** A whole packet where one may begin: in hexadecimal. */
  | { readonly kind: 'packet'; readonly at: number; readonly packet: string };

/** What only a server sends, and what nobody does. */
const foreign = ['20020000', '2003000000', '9003000100', 'b0020001', 'b00400010000', 'd000', 'f000', '0000'];

function packetsOf(version: MqttVersion): string[] {
  return recording(version).map((packet) => encodePacket(packet, version).toString('hex'));
}

export const mutation: Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    kind: fc.constant('insert'),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('remove'), at: fc.nat(), length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    kind: fc.constant('repeat'),
    at: fc.nat(),
    from: fc.nat(),
    length: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({
    kind: fc.constant('packet'),
    at: fc.nat(),
    packet: fc.constantFrom(...packetsOf(4), ...packetsOf(5), ...foreign),
  }),
);

export const mutations: Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 4 });

export function mutated(bytes: Buffer, all: readonly Mutation[]): Buffer {
  return all.reduce((changed, each) => (changed.length > 0 ? mutate(changed, each) : changed), bytes);
}

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const at = change.at % bytes.length;
  switch (change.kind) {
    case 'flip':
      return splice(bytes, at, 1, Buffer.of((bytes[at] as number) ^ change.mask));
    case 'insert':
      return splice(bytes, at, 0, change.bytes);
    case 'remove':
      return splice(bytes, at, change.length, Buffer.alloc(0));
    case 'repeat': {
      const from = change.from % bytes.length;
      return splice(bytes, at, 0, bytes.subarray(from, from + change.length));
    }
    case 'packet': {
      const starts = packetStarts(bytes);
      const start = starts[change.at % starts.length] as number;
      return splice(bytes, start, 0, Buffer.from(change.packet, 'hex'));
    }
  }
}

function splice(bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

/** Where packets begin, as far as they can be told apart. */
function packetStarts(bytes: Buffer): number[] {
  const starts = [0];
  try {
    for (;;) {
      const frame = frameAt(bytes, starts.at(-1) as number, bytes.length, bytes.length);
      if (frame === undefined || frame.bodyEnd === bytes.length) return starts;
      starts.push(frame.bodyEnd);
    }
  } catch {
    return starts;
  }
}
