import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AttesterState, conclude, decodeAttesterState, encodeAttesterState } from '../src/index.ts';

const count = fc.nat(2 ** 32 - 1);
const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((octets) => Buffer.from(octets).toString('latin1'));
const ima = fc.record({
  rule: fc.constantFrom('hashed' as const, 'padded' as const),
  offset: fc.maxSafeNat(),
  entries: count,
  values: fc.array(fc.tuple(fc.nat(23), digest), { maxLength: 3 }).map((entries) => new Map(entries)),
});
const state: fc.Arbitrary<AttesterState> = fc.record(
  {
    resetCount: count,
    restartCount: count,
    clock: fc.bigInt(0n, 2n ** 64n - 1n),
    ima: fc
      .array(fc.tuple(fc.constantFrom(4, 11, 12), ima), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    standing: fc.subarray([
      conclude('executable-unapproved', 'runtime', { path: '/bin/sh', hash: 'sha256:ab', count: 2 }),
      conclude('file-changed', 'files', { path: '/etc/init', hash: 'sha256:cd' }),
    ]),
    events: fc.record({ stream: fc.stringMatching(/^[0-9a-f]{32}$/), next: fc.maxSafeNat(), lost: count }),
  },
  { requiredKeys: ['resetCount', 'restartCount', 'clock', 'ima', 'standing'] },
);

describe('what is remembered of an attester', () => {
  test('is decoded to what was encoded', () => {
    fc.assert(
      fc.property(state, (remembered) => {
        expect(decodeAttesterState(encodeAttesterState(remembered))).toEqual(remembered);
      }),
    );
  });

  test('that is changed anywhere is something else, or refused with its code', () => {
    fc.assert(
      fc.property(state, fc.nat(), fc.nat(255), (remembered, place, octet) => {
        const bytes = Uint8Array.from(encodeAttesterState(remembered));
        bytes[place % bytes.length] = octet;
        try {
          decodeAttesterState(bytes);
        } catch (error) {
          if (!(error instanceof KitenError) || error.code !== 'attestation/state-malformed') throw error;
        }
      }),
    );
  });
});
