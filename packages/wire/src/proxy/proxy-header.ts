import { proxyRefusal } from './error.ts';
import { readVersion1 } from './version-1.ts';
import { readVersion2, version2Signature } from './version-2.ts';

/** One end of a connection, as whoever relays it saw it. */
export interface ProxyEnd {
  /** IPv4 in dotted decimal; IPv6 as RFC 5952 writes it. */
  readonly address: string;
  readonly port: number;
}

/**
 * What a proxy says of a connection that it relays, before anything else (the PROXY protocol of HAProxy, section 2).
 * Without `source` the proxy speaks for itself, or for somebody whose address it can't tell: the connection's own ends
 * count.
 */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** Octets of the header: what follows is the client's. */
  readonly length: number;
  readonly source?: ProxyEnd;
  readonly destination?: ProxyEnd;
}

const version1Prefix = Uint8Array.from('PROXY ', (letter) => letter.charCodeAt(0));

/**
 * Reads the header at the beginning of a connection.
 *
 * @param bytes what has arrived so far
 * @returns undefined while more has to arrive; never once {@link maximumProxyHeader} octets have
 * @throws KitenError `wire/proxy-missing` if it does not begin as a header of either version, as soon as that shows;
 *   `wire/proxy-malformed`, `wire/proxy-too-long`, `wire/proxy-checksum`
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader | undefined {
  if (beginsLike(bytes, version1Prefix)) {
    return bytes.length < version1Prefix.length ? undefined : readVersion1(bytes);
  }
  if (beginsLike(bytes, version2Signature)) {
    return bytes.length < version2Signature.length ? undefined : readVersion2(bytes);
  }
  throw proxyRefusal('wire/proxy-missing', 'The connection does not begin with a PROXY header.');
}

/** Whether bytes begins a connection with a PROXY header, as far as they go; of nothing nobody can tell. */
export function beginsLikeProxyHeader(bytes: Uint8Array): boolean {
  return bytes.length > 0 && (beginsLike(bytes, version1Prefix) || beginsLike(bytes, version2Signature));
}

/** Both as far as the shorter one goes. */
function beginsLike(bytes: Uint8Array, prefix: Uint8Array): boolean {
  const shared = Math.min(bytes.length, prefix.length);
  for (let at = 0; at < shared; at++) if (bytes[at] !== prefix[at]) return false;
  return true;
}
