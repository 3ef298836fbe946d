import { KitenError, manualClock } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Challenges, decodeTpmEvidence, encodeTpmEvidence, noneUsed, type UsedNonces } from '../src/index.ts';
import { SimulatedDevice, SimulatedKey } from './support/simulated-device.ts';

const nonce = Buffer.from('nonce of evidence');

describe('evidence', () => {
  const device = new SimulatedDevice([11, 12]);
  const evidence = { ...device.evidence(nonce), certified: [device.certify(new SimulatedKey(), nonce)] };
  const bytes = encodeTpmEvidence(evidence);

  test('is decoded to what was encoded', () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
      if (value instanceof Map) return [...value].map(plain);
      if (Array.isArray(value)) return value.map(plain);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
    };
    expect(plain(decodeTpmEvidence(bytes))).toEqual(plain(evidence));
    expect(encodeTpmEvidence(decodeTpmEvidence(bytes))).toEqual(bytes);
  });

  test('that is changed anywhere is other evidence, or refused with its code', () => {
    const attempt = (changed: Uint8Array) => {
      try {
        decodeTpmEvidence(changed);
      } catch (error) {
        if (!(error instanceof KitenError) || error.code !== 'attestation/evidence-malformed') throw error;
      }
    };
    for (let index = 0; index < bytes.length; index += 3) {
      attempt(bytes.subarray(0, index));
      attempt(bytes.with(index, bytes[index]! ^ 1));
      attempt(bytes.with(index, bytes[index]! ^ 0x80));
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), attempt), { numRuns: 500 });
  });
});

describe('nonces', () => {
  const key = new Uint8Array(32).fill(7);
  const start = 1_900_000_000_000;
  const random = (length: number) => new Uint8Array(length).fill(1);
  const lifetime = 1000;

  function verifier(at = start) {
    const clock = manualClock(at);
    const challenges = new Challenges({ key, clock, random, lifetime });
    const redeem = (device: string, nonce: Uint8Array, used = noneUsed) =>
      challenges.redeem(device, nonce, used, clock.now());
    const use = (device: string, nonce: Uint8Array, used = noneUsed) =>
      redeem(device, nonce, used) as UsedNonces;
    return { clock, challenges, redeem, use };
  }

  test('count once, for the device that they were given to', () => {
    const { challenges, redeem, use } = verifier();
    const one = challenges.issue('pump-1');
    expect(one).toHaveLength(Challenges.nonceBytes);
    expect(redeem('pump-2', one)).toBe('of-another-device');
    const used = use('pump-1', one);
    expect(redeem('pump-1', one, used)).toBe('unknown-or-used');
    expect(redeem('pump-1', new Uint8Array(32))).toBe('unknown-or-used');
    expect(redeem('pump-1', one.subarray(1))).toBe('unknown-or-used');
  });

  test('count in time, and not long before their time', () => {
    const { clock, challenges, redeem } = verifier();
    const late = challenges.issue('pump-1');
    clock.advance(lifetime - 1);
    expect(redeem('pump-1', late)).toHaveProperty('used');
    clock.advance(1);
    expect(redeem('pump-1', late)).toBe('expired');
    clock.advance(-3 * lifetime);
    expect(redeem('pump-1', late)).toBe('expired');
  });

  test('are known to a verifier that was started again, and to none with another key', () => {
    const nonce = verifier().challenges.issue('pump-1');
    expect(verifier(start + 10).redeem('pump-1', nonce)).toHaveProperty('used');
    const clock = manualClock(start);
    const other = new Challenges({ key: new Uint8Array(32), clock, random });
    expect(other.redeem('pump-1', nonce, noneUsed, start)).toBe('unknown-or-used');
  });

  test('may be answered in any order', () => {
    const { challenges, use } = verifier();
    const [first, second] = [challenges.issue('pump-1'), challenges.issue('pump-1')];
    const used = use('pump-1', second);
    expect(use('pump-1', first, used).used).toHaveLength(2);
  });

  test('that are changed anywhere are none', () => {
    const { challenges, redeem } = verifier();
    const nonce = challenges.issue('pump-1');
    fc.assert(
      fc.property(fc.nat(31), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const problem = redeem('pump-1', nonce.with(place, nonce[place]! ^ change));
        expect(['unknown-or-used', 'of-another-device']).toContain(problem);
      }),
    );
  });

  test('once used stay used however the clock is set, and few are remembered', () => {
    const life = fc.array(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat(200)), { maxLength: 150 });
    fc.assert(
      fc.property(life, (steps) => {
        const { clock, challenges, redeem } = verifier();
        const issued: Uint8Array[] = [];
        const spent = new Set<Uint8Array>();
        let used = noneUsed;
        for (const [step, choice] of steps) {
          clock.advance(step);
          issued.push(challenges.issue('pump-1', used));
          const nonce = issued[choice % issued.length]!;
          const answer = redeem('pump-1', nonce, used);
          if (typeof answer === 'string') continue;
          expect(spent.has(nonce)).toBe(false);
          spent.add(nonce);
          used = answer;
          expect(used.used.length).toBeLessThanOrEqual(64);
        }
      }),
    );
  });

  test('of a source of the wrong length, or under a key of the wrong length, are not made', () => {
    const clock = manualClock(start);
    const empty = new Challenges({ key, clock, random: () => new Uint8Array(0) });
    expect(() => empty.issue('pump-1')).toThrow(expect.objectContaining({ code: 'attestation/randomness' }));
    expect(() => new Challenges({ key: new Uint8Array(16), clock, random })).toThrow(
      expect.objectContaining({ code: 'attestation/nonce-key' }),
    );
  });
});
