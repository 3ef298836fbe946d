import { type Clock, toHex } from '@kiten/codec';
import { parseIpAddress } from './ip-address.ts';

/** A token bucket: `burst` at once, then `perMinute` on average. */
export interface RateLimit {
  readonly burst: number;
  readonly perMinute: number;
}

export interface RateLimiter {
  /**
   * Takes so many from the key's bucket, one unless given. Returns 0, or takes nothing and returns the whole seconds until
   * there are so many. More than `burst` there never are.
   */
  take(key: string, amount?: number): number;
  /** What {@link take} would return, without taking. */
  wait(key: string): number;
}

interface Bucket {
  level: number;
  at: number;
}

/**
 * Limits how often something happens for each key. The table holds at most `capacity` keys; beyond that the key
 * unused for longest is forgotten, so that a flood of new keys costs memory no more than that.
 */
export function createRateLimiter(limit: RateLimit, clock: Clock, capacity = 4096): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const perMillisecond = limit.perMinute / 60_000;

  function levelNow(key: string, now: number): number {
    const bucket = buckets.get(key);
    if (bucket === undefined) return limit.burst;
    // A clock stepped back refills nothing.
    return Math.min(limit.burst, bucket.level + Math.max(0, now - bucket.at) * perMillisecond);
  }

  function secondsUntil(amount: number, level: number): number {
    if (level >= amount) return 0;
    if (perMillisecond <= 0 || amount > limit.burst) return 86_400;
    return Math.max(1, Math.ceil((amount - level) / perMillisecond / 1000));
  }

  return {
    wait: (key) => secondsUntil(1, levelNow(key, clock.now())),
    take(key, amount = 1) {
      const now = clock.now();
      const level = levelNow(key, now);
      const seconds = secondsUntil(amount, level);
      const at = Math.max(now, buckets.get(key)?.at ?? now);
      buckets.delete(key);
      if (buckets.size >= capacity) buckets.delete(buckets.keys().next().value as string);
      buckets.set(key, { level: seconds === 0 ? level - amount : level, at });
      return seconds;
    },
  };
}

/**
 * The key under which a source address is counted: an IPv6 host can pick any of 2^64 addresses in its network, so
 * the /64 counts; an IPv4 address mapped into IPv6 counts as itself.
 */
export function addressKey(address: string): string {
  const octets = parseIpAddress(address);
  if (octets === undefined) return address;
  if (octets.length === 4) return octets.join('.');
  const mapped = octets.subarray(0, 12).every((octet, at) => octet === (at < 10 ? 0 : 0xff));
  return mapped ? octets.subarray(12).join('.') : `${toHex(octets.subarray(0, 8))}/64`;
}
