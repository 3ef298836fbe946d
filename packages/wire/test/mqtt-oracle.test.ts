import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePacket } from '../src/index.ts';
import { generated, normalized, oracleRefuses, parsed } from './oracle.ts';
import { packetOf } from './packets.ts';
import { decodeWhole } from './vectors.ts';

describe.each([4, 5] as const)('level %i', (version) => {
  test('what we encode, mqtt-packet decodes to the same', () => {
    fc.assert(
      fc.property(packetOf(version), (packet) => {
        expect(normalized(parsed(encodePacket(packet, version), version))).toEqual(normalized(packet));
      }),
      { numRuns: 400 },
    );
  });

  test('what mqtt-packet encodes, we decode to the same', () => {
    fc.assert(
      fc.property(packetOf(version), (packet) => {
        fc.pre(!oracleRefuses(packet));
        expect(normalized(decodeWhole(generated(packet, version), version))).toEqual(normalized(packet));
      }),
      { numRuns: 400 },
    );
  });
});
