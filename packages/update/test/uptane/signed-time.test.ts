import { KitenError, manualClock } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { attestedClock, signTime, verifyTime } from '../../src/index.ts';
import { ecdsaSigner, ed25519Signer, nodeVerify } from '../support/keys.ts';
import { now } from '../support/simulator.ts';

const server = ed25519Signer();
const nonce = (index: number) => index.toString(16).padStart(32, '0');
const asked = {
  server: { keys: [server], threshold: 1 },
  nonce: nonce(1),
  latest: now - 60_000,
  verify: nodeVerify,
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe.each(['standard', 'legacy'] as const)('the time that a server attests (%s)', (profile) => {
  it('is taken by each ECU that asked', () => {
    const bytes = signTime(now, [nonce(1), nonce(2)], [server], profile);
    expect(verifyTime(bytes, { ...asked, profile })).toBe(now);
    expect(verifyTime(bytes, { ...asked, profile, nonce: nonce(2) })).toBe(now);
  });

  it('11 is refused by one that did not, so that none is held back for later', () => {
    const bytes = signTime(now, [nonce(1)], [server], profile);
    expect(codeOf(() => verifyTime(bytes, { ...asked, profile, nonce: nonce(9) }))).toBe(
      'update/uptane-time-nonce',
    );
  });

  it('4 is refused when it goes back', () => {
    const bytes = signTime(now - 120_000, [nonce(1)], [server], profile);
    expect(codeOf(() => verifyTime(bytes, { ...asked, profile }))).toBe('update/uptane-time-rollback');
  });

  it('1 is refused when somebody else signed it, or too few did', () => {
    const bytes = signTime(now, [nonce(1)], [ed25519Signer()], profile);
    expect(codeOf(() => verifyTime(bytes, { ...asked, profile }))).toBe('update/unsigned');
    const two = { keys: [server, ecdsaSigner()], threshold: 2 };
    const single = signTime(now, [nonce(1)], [server], profile);
    expect(codeOf(() => verifyTime(single, { ...asked, profile, server: two }))).toBe('update/threshold');
    const none = { keys: [server], threshold: 0 };
    const stranger = signTime(now, [nonce(1)], [ed25519Signer()], profile);
    expect(codeOf(() => verifyTime(stranger, { ...asked, profile, server: none }))).toBe(
      'update/threshold-invalid',
    );
    const both = signTime(now, [nonce(1)], two.keys, profile);
    expect(verifyTime(both, { ...asked, profile, server: two })).toBe(now);
  });

  it('5 is bounded', () => {
    expect(
      codeOf(() =>
        signTime(
          now,
          Array.from({ length: 1025 }, (_, index) => nonce(index)),
          [server],
          profile,
        ),
      ),
    ).toBe('update/metadata-malformed');
    expect(codeOf(() => verifyTime(Buffer.alloc(64 * 1024 + 1, 0x20), { ...asked, profile }))).toBe(
      'codec/json-too-large',
    );
  });
});

describe('a clock that an attested time sets', () => {
  it('goes on by one that may be wrong but runs, and never back', () => {
    const running = manualClock(0);
    const clock = attestedClock(now, running);
    running.advance(5000);
    expect(clock.now()).toBe(now + 5000);
    running.advance(-60_000);
    expect(clock.now()).toBe(now + 5000);
  });
});
