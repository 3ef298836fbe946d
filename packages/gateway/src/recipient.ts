import type { DenialRecord } from './denial-log.ts';
import type { Session } from './session.ts';
import type { SharedGroup } from './shared-group.ts';
import type { Sourced } from './sourced.ts';
import type { Subscription } from './subscriptions.ts';
import type { CountRow } from './traffic-counts.ts';

/** A session that a topic's messages go to, with what was decided about it for one publisher. */
export interface Recipient {
  readonly session: Session;
  readonly matched: readonly Subscription[];
  /** Under the trust the receiving device had then; compare before each delivery. */
  trustEpoch: number;
  allowed: boolean;
  /** Why not. */
  policies: readonly string[];
  /** The device whose group observes, if it is allowed only because of that. */
  observed: string | undefined;
  /** What is known of the readings that it gets, if it gets such. */
  sourced: Sourced | undefined;
  /** That, if it is to be told. */
  note: Sourced | undefined;
  /** The largest QoS of its subscriptions that match [MQTT-3.3.4-2] (3.1.1: [MQTT-3.3.5-1]). */
  qos: 0 | 1 | 2;
  retainAsPublished: boolean;
  /** The identifiers of all subscriptions that match [MQTT-3.3.4-3] [MQTT-3.3.4-4]; none is `undefined`. */
  identifiers: readonly number[] | undefined;
  row: CountRow;
  denial: DenialRecord | undefined;
}

/** A group that shares a topic's messages. Its members become recipients, and are judged, as their turn comes. */
export interface SharedRecipients {
  readonly group: SharedGroup;
  readonly members: Map<Subscription, Recipient>;
}

/** A recipient that nothing was decided about yet. */
export function undecided(session: Session, matched: readonly Subscription[], row: CountRow): Recipient {
  return {
    session,
    matched,
    trustEpoch: -1,
    allowed: false,
    policies: [],
    observed: undefined,
    sourced: undefined,
    note: undefined,
    qos: 0,
    retainAsPublished: false,
    identifiers: undefined,
    row,
    denial: undefined,
  };
}
