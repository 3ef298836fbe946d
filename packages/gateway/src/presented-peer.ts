import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/**
 * What a TLS server knows about a client, for the gateway to judge. Structured-clonable: it may be told to another
 * thread.
 */
export interface PresentedPeer {
  /** The client's certificate, DER; undefined if it sent none. */
  readonly der: Uint8Array | undefined;
  /** OpenSSL's name of what is wrong with the chain, if something is. */
  readonly chainError: string | undefined;
  readonly address: string;
  readonly port: number;
  /** Whether the TLS session was resumed. */
  readonly resumed: boolean;
}

/** Reads it off a socket whose server asks for certificates without insisting on them. */
export function presentedBy(
  socket: TLSSocket,
  certificate: X509Certificate | undefined = socket.getPeerX509Certificate(),
): PresentedPeer {
  const { remoteAddress = '', remotePort = 0 } = socket;
  return {
    der: certificate?.raw,
    chainError: socket.authorized ? undefined : String(socket.authorizationError),
    address: remoteAddress,
    port: remotePort,
    resumed: socket.isSessionReused(),
  };
}

/** SHA-256 of a certificate, lower-case hexadecimal. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
