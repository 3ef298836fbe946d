import { manualClock } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, createRateLimiter } from '../src/index.ts';
import { start } from './fixtures.ts';

describe('a rate limiter', () => {
  test('lets a burst through, then says how long to wait', () => {
    const clock = manualClock(start);
    const limiter = createRateLimiter({ burst: 3, perMinute: 6 }, clock);
    expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0]);
    expect(limiter.take('a')).toBe(10);
    expect(limiter.wait('a')).toBe(10);
    expect(limiter.take('b')).toBe(0);
    clock.advance(9_999);
    expect(limiter.take('a')).toBe(1);
    clock.advance(1);
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBe(10);
  });

  test('counts amounts: a large one takes nothing while there is no room for it', () => {
    const clock = manualClock(start);
    const limiter = createRateLimiter({ burst: 100, perMinute: 60 }, clock);
    expect(limiter.take('a', 80)).toBe(0);
    expect(limiter.take('a', 50)).toBe(30);
    expect(limiter.take('a', 20)).toBe(0);
    clock.advance(50_000);
    expect(limiter.take('a', 50)).toBe(0);
    expect(limiter.take('a', 101)).toBe(86_400);
  });

  test('waiting as long as it says is enough, and over time it never lets more through than its rate', () => {
    const steps = fc.array(fc.tuple(fc.nat(40_000), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (walk, burst, perMinute) => {
          const clock = manualClock(start);
          const limiter = createRateLimiter({ burst, perMinute }, clock);
          let passed = 0;
          for (const [pause, obey] of walk) {
            clock.advance(pause);
            if (obey) clock.advance(limiter.wait('a') * 1000);
            const wait = limiter.take('a');
            if (obey) expect(wait).toBe(0);
            if (wait === 0) passed += 1;
            expect(passed).toBeLessThanOrEqual(burst + ((clock.now() - start) * perMinute) / 60_000 + 1e-6);
          }
        },
      ),
    );
  });

  test('gives nothing for a clock stepped back', () => {
    const clock = manualClock(start);
    const limiter = createRateLimiter({ burst: 1, perMinute: 1 }, clock);
    expect(limiter.take('a')).toBe(0);
    clock.set(start - 3_600_000);
    expect(limiter.take('a')).toBeGreaterThan(0);
    clock.set(start + 30_000);
    expect(limiter.take('a')).toBe(30);
  });

  test('holds a bounded table and forgets the key unused for longest', () => {
    const limiter = createRateLimiter({ burst: 1, perMinute: 1 }, manualClock(start), 2);
    limiter.take('a');
    limiter.take('b');
    expect(limiter.take('a')).toBeGreaterThan(0);
    limiter.take('c');
    expect(limiter.wait('a')).toBeGreaterThan(0);
    expect(limiter.wait('b')).toBe(0);
  });
});

describe('the key of an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:db8::1', '20010db800000000/64'],
    ['2001:0DB8:0:0:ffff::', '20010db800000000/64'],
    ['2001:db8:0:1::1', '20010db800000001/64'],
    ['fe80::1%eth0', 'fe80000000000000/64'],
    ['::1', '0000000000000000/64'],
    ['unix', 'unix'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
