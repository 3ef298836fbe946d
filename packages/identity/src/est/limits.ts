import type { Clock } from '@kiten/codec';
import { addressKey, createRateLimiter, type RateLimit } from '../rate-limit.ts';
import { Refusal } from './refusal.ts';

/** How often something may happen before a client is told to wait. */
export interface EstLimits {
  /** Refused requests from one source address (IPv6: one /64). Enrolments that succeed do not count. */
  readonly address: RateLimit;
  /** Requests with one valid token or one manufacturer identity. */
  readonly credential: RateLimit;
  /** Certificates issued to one device. */
  readonly device: RateLimit;
}

export const defaultEstLimits: EstLimits = {
  address: { burst: 60, perMinute: 30 },
  credential: { burst: 10, perMinute: 6 },
  device: { burst: 10, perMinute: 1 },
};

export interface EstLimiter {
  /** @throws Refusal 429 `identity/rate-limited` if this address was refused too often lately */
  checkAddress(address: string): void;
  countRefusal(address: string): void;
  /** @throws Refusal 429 `identity/rate-limited` */
  takeCredential(credential: string): void;
  /** @throws Refusal 429 `identity/rate-limited` */
  takeDevice(device: string): void;
}

export function createEstLimiter(limits: EstLimits, clock: Clock): EstLimiter {
  const addresses = createRateLimiter(limits.address, clock);
  const credentials = createRateLimiter(limits.credential, clock);
  const devices = createRateLimiter(limits.device, clock);
  return {
    checkAddress: (address) => mustNotWait(addresses.wait(addressKey(address)), 'Too many refused requests.'),
    countRefusal: (address) => void addresses.take(addressKey(address)),
    takeCredential: (credential) =>
      mustNotWait(credentials.take(credential), 'This credential was used too often.'),
    takeDevice: (device) => mustNotWait(devices.take(device), 'This device asked for too many certificates.'),
  };
}

function mustNotWait(seconds: number, message: string): void {
  if (seconds === 0) return;
  const headers = { 'Retry-After': String(seconds) };
  throw new Refusal(429, 'identity/rate-limited', `${message} Try again in ${seconds} s.`, { headers });
}
