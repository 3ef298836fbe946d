import type { PolicySetJson } from '@kiten/policy';
import type { EnforcementMode, Standing, StreamPattern, StreamTrust, Tier, TrustVector } from '@kiten/trust';
import type { Notice } from './notice.ts';
import type { PayloadRule } from './payload/payload-rule.ts';
import type { Saying } from './site-topics.ts';

/** What the gateway has to know about one device. Structured-clonable. */
export interface ReplicaDevice {
  readonly id: string;
  /** Names of its groups, those that they are in included. */
  readonly groups: readonly string[];
  readonly standing: Standing;
  readonly vector: TrustVector;
  readonly overdue: boolean;
  /** What is known of its streams of readings. */
  readonly streams?: readonly StreamTrust[];
  /** `sourced-data` apart from them; without it, all of `sourced-data` is the device's. */
  readonly ownSourcedData?: Tier;
  /** `enforce` unless said otherwise. */
  readonly mode?: EnforcementMode;
  /** The verdict's epoch, for the reader of events; the gateway compares contents. */
  readonly epoch: number;
  /** Serial numbers of revoked certificates, lower-case hexadecimal. */
  readonly revokedSerials: readonly string[];
  /** Serial numbers of certificates that a later one has replaced for good. */
  readonly previousSerials?: readonly string[];
  /** Names the password that it may use: connections that were let in by another one end. */
  readonly password?: string;
}

/** What the TLS listener serves with; everything PEM, lists concatenated. An empty `crl` means no list is checked. */
export interface TlsMaterial {
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
  readonly crl: string;
  /** Further certificates, each for clients that ask for its name (SNI, RFC 6066 §3); `*.` stands for one label. */
  readonly named?: readonly NamedCertificate[];
}

export interface NamedCertificate {
  /** A DNS name in lower case. */
  readonly name: string;
  readonly key: string;
  readonly certificate: string;
}

/**
 * One entry of the ordered stream that feeds a gateway. `sequence` grows strictly.
 * A `heartbeat` says that the stream was complete up to `at`, in milliseconds since the Unix epoch.
 */
export type ReplicaChange = { readonly sequence: number } & (
  | { readonly kind: 'policies'; readonly policies: PolicySetJson }
  | { readonly kind: 'device'; readonly device: ReplicaDevice }
  | { readonly kind: 'device-removed'; readonly id: string }
  | { readonly kind: 'tls'; readonly tls: TlsMaterial }
  /** All of them: those that were there before and are not in the list are gone. */
  | { readonly kind: 'payload-rules'; readonly rules: readonly PayloadRule[] }
  /** Which messages are readings: all declarations. What is known of their streams comes with their devices. */
  | { readonly kind: 'streams'; readonly patterns: readonly StreamPattern[] }
  /** What the site asks of a device; it is told of the acknowledgement. */
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** What the site says to a device, on a topic of theirs. */
  | { readonly kind: 'saying'; readonly saying: Saying }
  /** The connections of a device end; what it may do stays as it is. */
  | { readonly kind: 'sever'; readonly device: string; readonly reason: string }
  | { readonly kind: 'heartbeat'; readonly at: number }
);
