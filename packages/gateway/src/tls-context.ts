import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { TlsMaterial } from './change.ts';

/** What a listener serves with, for its own name and for each further one. */
export function secureContextOf(
  { ca, crl }: TlsMaterial,
  own: { readonly key: string; readonly certificate: string },
): SecureContextOptions {
  const lists = crl.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g);
  return {
    minVersion: 'TLSv1.2',
    // Who is there is found out once, at the handshake.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    key: own.key,
    cert: own.certificate,
    ca,
    ...(lists === null ? {} : { crl: lists }),
    // The same for every name, so that a session can be resumed under it.
    sessionIdContext: 'kiten-gateway',
  };
}
