import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { TlsMaterial } from './change.ts';
import type { RevocationLists } from './revocation/revocation-lists.ts';

/** OpenSSL is given no lists that were verified already: it would verify them again in each handshake. */
export function servedWith(tls: TlsMaterial, revocation: RevocationLists | undefined): TlsMaterial {
  return revocation === undefined ? tls : { ...tls, crl: '' };
}

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
