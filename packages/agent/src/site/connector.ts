import type { Duplex } from 'node:stream';

/** Where a connection goes. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a TLS connection to the site and resolves once the handshake is done and the site has shown itself.
 *
 * @throws KitenError `agent/site-unreachable`, `agent/site-untrusted`
 */
export type Connect = (address: Address) => Promise<Duplex>;
