import { KitenError, manualClock } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Challenges, decodeTpmEvidence, encodeTpmEvidence } from '../src/index.ts';
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
  const clock = manualClock(1_000_000);
  let counter = 0;
  const random = (length: number) =>
    Uint8Array.from({ length }, (_, index) => (index === 0 ? counter++ : index));
  const challenges = new Challenges({ clock, random, lifetime: 1000, capacity: 3 });

  test('count once, for the device that they were given to', () => {
    const one = challenges.issue('pump-1');
    expect(challenges.redeem('pump-2', one)).toBe('of-another-device');
    expect(challenges.redeem('pump-1', one)).toBeUndefined();
    expect(challenges.redeem('pump-1', one)).toBe('unknown-or-used');
    expect(challenges.redeem('pump-1', new Uint8Array(32))).toBe('unknown-or-used');
  });

  test('count in time', () => {
    const late = challenges.issue('pump-1');
    clock.advance(1000);
    expect(challenges.redeem('pump-1', late)).toBe('expired');
    expect(challenges.redeem('pump-1', late)).toBe('unknown-or-used');
  });

  test('are bounded in number, the oldest go first', () => {
    const issued = Array.from({ length: 4 }, () => challenges.issue('pump-1'));
    expect(challenges.size).toBe(3);
    expect(challenges.redeem('pump-1', issued[0]!)).toBe('unknown-or-used');
    expect(challenges.redeem('pump-1', issued[3]!)).toBeUndefined();
    clock.advance(2000);
    challenges.issue('pump-1');
    expect(challenges.size).toBe(1);
  });

  test('of a source that repeats itself are refused', () => {
    const stuck = new Challenges({ clock, random: (length) => new Uint8Array(length) });
    stuck.issue('pump-1');
    expect(() => stuck.issue('pump-1')).toThrow(expect.objectContaining({ code: 'attestation/randomness' }));
  });
});
