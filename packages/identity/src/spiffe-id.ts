import { KitenError } from '@kiten/codec';
import { type DeviceId, isDeviceId, parseDeviceId } from '@kiten/trust';

declare const trustDomain: unique symbol;

/** A site's name: `plant-7.example`, 1–255 characters of `[a-z0-9._-]` (SPIFFE-ID §2.1). */
export type TrustDomain = string & { readonly [trustDomain]: true };

const trustDomainPattern = /^[a-z0-9._-]{1,255}$/;

/**
 * @returns the text as a trust domain.
 * @throws KitenError `identity/trust-domain`
 */
export function parseTrustDomain(text: string): TrustDomain {
  if (trustDomainPattern.test(text)) return text as TrustDomain;
  throw new KitenError(
    'identity/trust-domain',
    'A trust domain is 1 to 255 characters of a–z, 0–9, “.”, “_” and “-”.',
    {
      detail: { trustDomain: text.slice(0, 80) },
    },
  );
}

/**
 * @returns the text as the id of a device that can have a certificate: a path segment of a SPIFFE ID, in which `.`
 * and `..` are not allowed (SPIFFE-ID §2.2).
 * @throws KitenError `trust/device-id`, `identity/device-id-reserved`
 */
export function parseCertifiableId(text: string): DeviceId {
  const id = parseDeviceId(text);
  if (id !== '.' && id !== '..') return id;
  throw new KitenError('identity/device-id-reserved', `“${id}” is a relative path, not a name for a device.`);
}

/** The one URI of a device's certificate: `spiffe://plant-7.example/device/pump-1`. */
export const deviceSpiffeId = (domain: TrustDomain, device: DeviceId): string =>
  `spiffe://${domain}/device/${device}`;

/** The URI of the site's signing certificates: the trust domain without a path (X509-SVID §3.2). */
export const siteSpiffeId = (domain: TrustDomain): string => `spiffe://${domain}`;

/** The device that a SPIFFE ID of this site names, or undefined for any other text. */
export function deviceOfSpiffeId(domain: TrustDomain, uri: string): DeviceId | undefined {
  const prefix = `spiffe://${domain}/device/`;
  if (!uri.startsWith(prefix)) return undefined;
  const id = uri.slice(prefix.length);
  return isDeviceId(id) && id !== '.' && id !== '..' ? id : undefined;
}
