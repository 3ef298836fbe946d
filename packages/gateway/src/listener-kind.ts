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
}

/** Where a socket listens. `::` is IPv6 alone, so that `0.0.0.0` can have the same port beside it. */
export function placeOf(host: string, port: number) {
  return { host, port, backlog: 1024, ipv6Only: host.includes(':') };
}
