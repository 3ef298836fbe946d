import { type Certificate, type Clock, KitenError } from '@kiten/codec';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How long certificates live unless said otherwise, in milliseconds. */
export const defaultLifetimes = {
  root: 20 * 365 * day,
  issuing: 5 * 365 * day,
  device: 90 * day,
  server: 90 * day,
  /** From one revocation list to the latest moment of the next. */
  revocationList: 7 * day,
} as const;

/** New certificates are valid from a little earlier on, for devices whose clocks are behind. */
const backdating = { device: 2 * minute, authority: 5 * minute } as const;

export interface Validity {
  /** Whole seconds, in milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The validity of a new CA certificate. */
export const authorityValidity = (now: number, lifetime: number): Validity =>
  wholeSeconds(now - backdating.authority, now + mustBePositive(lifetime));

/**
 * The validity of a certificate that an issuing CA signs now: within the CA's own.
 *
 * @throws KitenError `identity/authority-expired`, `identity/authority-not-yet-valid`, `identity/lifetime`
 */
export function validityWithin(issuer: Certificate, clock: Clock, lifetime: number): Validity {
  const now = clock.now();
  if (now >= issuer.notAfter) {
    throw new KitenError(
      'identity/authority-expired',
      'The issuing CA has expired: make a new one under the root.',
    );
  }
  if (now < issuer.notBefore) {
    throw new KitenError(
      'identity/authority-not-yet-valid',
      'The issuing CA is not valid yet: check the clock.',
    );
  }
  const notBefore = Math.max(now - backdating.device, issuer.notBefore);
  return wholeSeconds(notBefore, Math.min(now + mustBePositive(lifetime), issuer.notAfter));
}

const wholeSeconds = (notBefore: number, notAfter: number): Validity => ({
  notBefore: Math.floor(notBefore / 1000) * 1000,
  notAfter: Math.floor(notAfter / 1000) * 1000,
});

function mustBePositive(lifetime: number): number {
  if (lifetime >= 1000) return lifetime;
  throw new KitenError('identity/lifetime', 'A certificate lives for at least one second.', {
    detail: { lifetime },
  });
}
