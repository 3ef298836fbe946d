import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { commonBounds } from '../../src/bounds-by-key.ts';
import { limitsFrom } from '../../src/limits.ts';
import { CommonCounts } from '../../src/mesh/common-counts.ts';

const minute = 60_000;
const now = 1_700_000_040_000;
const secret = randomBytes(32);
let workers: readonly CommonCounts[];

beforeEach(() => {
  const memory = CommonCounts.memory(3);
  workers = [0, 1, 2].map(() => new CommonCounts({ memory, secret }));
});

const ratesOf = (limit: number) => workers.map((worker) => worker.rate('passwords', limit, minute));

describe('how often something may happen', () => {
  it('is counted at all workers together', () => {
    const rates = ratesOf(5);
    const allowed = Array.from({ length: 9 }, (_, at) => rates[at % 3]?.allows('name pump-1', now + at));
    expect(allowed).toEqual([true, true, true, true, true, false, false, false, false]);
    expect(rates[0]?.allows('name pump-2', now)).toBe(true);
    expect(workers[0]?.rate('handshakes', 5, minute).allows('name pump-1', now)).toBe(true);
  });

  it('begins anew with the next minute, and a clock that is behind does not bring the last one back', () => {
    const [one, other] = ratesOf(2);
    for (let at = 0; at < 3; at++) one?.allows('a', now);
    expect(one?.allows('a', now)).toBe(false);
    expect(one?.allows('a', now + minute)).toBe(true);
    expect(other?.allows('a', now + minute - 1)).toBe(true);
    expect(other?.allows('a', now + minute - 1)).toBe(false);
    expect(one?.allows('a', now + minute)).toBe(false);
  });

  it('is taken back for what was no guess, and never below nothing', () => {
    const [one, other] = ratesOf(1);
    other?.allows('a', now, -1);
    expect(one?.allows('a', now)).toBe(true);
    other?.allows('a', now, -1);
    expect(one?.allows('a', now)).toBe(true);
    expect(one?.allows('a', now)).toBe(false);
  });

  it('is never counted as less than it is, whoever else is counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 4 }), fc.nat(2)), { maxLength: 200 }),
        fc.integer({ min: 1, max: 5 }),
        (events, limit) => {
          const memory = CommonCounts.memory(3);
          const rates = [0, 1, 2].map(() =>
            new CommonCounts({ memory, secret }).rate('passwords', limit, minute),
          );
          const real = new Map<string, number>();
          for (const [key, worker] of events) {
            const count = (real.get(key) ?? 0) + 1;
            real.set(key, count);
            expect(rates[worker]?.allows(key, now) === true && count > limit).toBe(false);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('connections of an address that have not come to a session', () => {
  const end = (port: number) => ({ address: '192.0.2.7', port });
  const gates = () =>
    workers.map((worker, index) => commonBounds(limitsFrom({ halfOpenPerAddress: 3 }), worker, index).gate);

  it('are counted at all workers together, until they leave', () => {
    const [one, other, third] = gates();
    expect(one?.enter(end(1), now)).toBeUndefined();
    expect(other?.enter(end(2), now)).toBeUndefined();
    expect(third?.enter(end(3), now)).toBeUndefined();
    expect(other?.enter(end(4), now)?.code).toBe('gateway/too-many-half-open');
    expect(one?.enter({ address: '192.0.2.8', port: 5 }, now)).toBeUndefined();
    third?.leave(end(3));
    expect(one?.enter(end(6), now)).toBeUndefined();
  });

  it('are gone with the worker that had them', () => {
    const [one, other] = gates();
    for (const port of [1, 2, 3]) one?.enter(end(port), now);
    expect(other?.enter(end(4), now)?.code).toBe('gateway/too-many-half-open');
    workers[2]?.forget(0);
    for (const port of [5, 6, 7]) expect(other?.enter(end(port), now)).toBeUndefined();
    expect(other?.enter(end(8), now)?.code).toBe('gateway/too-many-half-open');
  });
});

it('handshakes of an address are counted at all workers together', () => {
  const gates = workers.map(
    (worker, index) => commonBounds(limitsFrom({ handshakesPerAddress: 4 }), worker, index).gate,
  );
  const refused = Array.from({ length: 6 }, (_, at) => {
    const end = { address: '2001:db8::7', port: at };
    const refusal = gates[at % 3]?.enter(end, now);
    gates[at % 3]?.leave(end);
    return refusal?.code;
  });
  const tooMany = 'gateway/too-many-handshakes';
  expect(refused).toEqual([undefined, undefined, undefined, undefined, tooMany, tooMany]);
});
