import type { X509Certificate } from 'node:crypto';

/** Who is at the other end, as far as the listener found out. */
export interface Peer {
  /** The device id of its certificate; empty until a password tells it. */
  readonly device: string;
  readonly address: string;
  readonly port: number;
  /** Of its certificate, lower-case hexadecimal; empty without one. */
  readonly serial: string;
  /** SHA-256 of its certificate, lower-case hexadecimal; empty without one. */
  readonly fingerprint: string;
  /** When its certificate expires, in milliseconds since the Unix epoch: the connection ends then. */
  readonly validUntil?: number;
  /** What it is let in by; a certificate unless it says otherwise. `none`: an open broker asks for nothing. */
  readonly admission?: 'certificate' | 'password' | 'none';
  /** Its certificate, with those above it that came along, as long as the connection is there. */
  readonly certificate?: () => X509Certificate | undefined;
  /** Whether its TLS session was resumed. */
  readonly resumed: boolean;
}
