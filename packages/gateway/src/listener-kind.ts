/**
 * What a port is for. `tls` and `websocket-tls` want the certificate of a device. `password` is TLS for devices that
 * know nothing but a password, `plain-password` the same without TLS, where everybody on the way reads the password;
 * `plain` and `websocket` are for brokers without policy.
 */
export type ListenerKind = 'tls' | 'websocket-tls' | 'password' | 'plain-password' | 'plain' | 'websocket';

export interface ListenOptions {
  readonly kind: ListenerKind;
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** Other workers of the same gateway listen there already. */
  readonly joins?: boolean;
}

/**
 * Where a socket listens. `::` is IPv6 alone, so that `0.0.0.0` can have the same port beside it. If it is shared, the
 * kernel deals connections out to all who listen there (SO_REUSEPORT).
 */
export function placeOf(host: string, port: number, isShared: boolean) {
  return { host, port, backlog: 1024, ipv6Only: host.includes(':'), reusePort: isShared };
}
