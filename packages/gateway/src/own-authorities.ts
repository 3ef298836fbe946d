import { X509Certificate } from 'node:crypto';
import { decodePem } from '@kiten/codec';
import type { TlsMaterial } from './change.ts';

const read = new WeakMap<TlsMaterial, readonly X509Certificate[]>();

/**
 * Whether one of a gateway's authorities has signed a certificate. A server that took the client for the gateway may trust
 * others as well, those of devices' makers say.
 */
export function isSignedByOwn(certificate: X509Certificate, tls: TlsMaterial): boolean {
  const authorities = read.get(tls) ?? decodePem(tls.ca).map(({ der }) => new X509Certificate(der));
  read.set(tls, authorities);
  return authorities.some(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  );
}
