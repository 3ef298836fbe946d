import { HandshakeGate } from './handshake-gate.ts';
import type { Limits } from './limits.ts';
import type { CommonCounts } from './mesh/common-counts.ts';
import { OwnPlaceCounts } from './place-counts.ts';
import { type Rate, RateLimiter } from './rate-limiter.ts';

const minute = 60_000;

/** What is bounded by address, name or device, whichever connection it comes by. */
export interface BoundsByKey {
  readonly gate: HandshakeGate;
  readonly passwordAttempts: Rate;
  readonly subscriptionRates: Rate;
}

/** Of a gateway that is the only one on its ports. */
export function ownBounds(limits: Limits): BoundsByKey {
  const rate = (limit: number): Rate => new RateLimiter(limit, minute, limits.rateKeys);
  return {
    gate: new HandshakeGate(limits, rate(limits.handshakesPerAddress), new OwnPlaceCounts()),
    passwordAttempts: rate(limits.passwordAttempts),
    subscriptionRates: rate(limits.subscribesPerDevice),
  };
}

/** Of one of several workers, for all of them together. */
export function commonBounds(limits: Limits, counts: CommonCounts, index: number): BoundsByKey {
  const handshakes = counts.rate('handshakes', limits.handshakesPerAddress, minute);
  return {
    gate: new HandshakeGate(limits, handshakes, counts.places(index)),
    passwordAttempts: counts.rate('passwords', limits.passwordAttempts, minute),
    subscriptionRates: counts.rate('subscriptions', limits.subscribesPerDevice, minute),
  };
}
