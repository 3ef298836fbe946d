import type { Clock } from '@kiten/codec';
import type { MessageTap } from '@kiten/trust';
import type { Authenticator, PasswordVerifier } from './authenticator.ts';
import type { EmitEvent } from './event.ts';
import type { Limits } from './limits.ts';
import type { WorkerPlace } from './mesh/worker-place.ts';
import type { QueueOverflow } from './overflow.ts';
import type { SiteTopics } from './site-topics.ts';

export interface GatewayOptions {
  /** The site's trust domain, `plant-7.example`. */
  readonly trustDomain: string;
  readonly clock: Clock;
  /** So many random bytes, unpredictable: for client ids and session tickets. */
  readonly random: (bytes: number) => Uint8Array;
  /** Takes what the gateway tells; must not throw. Called within `apply` and while packets are handled. */
  readonly emit: EmitEvent;
  readonly limits?: Partial<Limits>;
  /** `open` has no register and no policy: for loopback, conformance tests and comparisons. Default `governed`. */
  readonly access?: 'governed' | 'open';
  /** What becomes of a 3.1.1 client whose publication was refused. Default `drop`. */
  readonly refusedPublish?: 'drop' | 'close';
  /** Whether payloads that say that they are text (payload format indicator 1) have to be UTF-8. Default no. */
  readonly checksPayloadFormat?: boolean;
  /** What it says that it is, at `$SYS/broker/version`. Default `Kiten`. */
  readonly version?: string;
  /** What becomes of a session whose queue is full. Default `drop-newest`. */
  readonly queueOverflow?: QueueOverflow;
  /** Stands in the way that evidence came. Default `gateway`. */
  readonly name?: string;
  /** Methods of enhanced authentication that clients of version 5 may use. Default none. */
  readonly authenticators?: readonly Authenticator[];
  /** Judges passwords on ports of the kind `password`. */
  readonly verifyPassword?: PasswordVerifier;
  /**
   * Addresses and networks (`10.0.0.0/8`) of proxies: whoever connects from there says first whose connection it is, by the
   * PROXY protocol. Default none.
   */
  readonly proxies?: readonly string[];
  /** Topics on which the site and each device speak with each other. Default none. */
  readonly siteTopics?: SiteTopics;
  /** Who sees messages that devices publish. Default nobody. */
  readonly taps?: readonly MessageTap[];
  /** Tells how many bytes of memory are in use, for statistics. */
  readonly heapUsed?: () => number;
  /**
   * Called now and then while much arrives, between chunks: it may call `apply` for changes that wait outside, so that
   * a fall need not wait for a long turn of the loop to end.
   */
  readonly poll?: () => void;
  /** Which of several workers on one port this is; each has to {@link Gateway.join} all others. Default: the only one. */
  readonly worker?: WorkerPlace;
  /** Milliseconds between looks at what is due; 0: the caller calls `sweep`. Default 250. */
  readonly sweepInterval?: number;
}
