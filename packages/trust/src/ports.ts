import type { Evidence, NamedEvidence, SealedEvidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { RecordedEvent } from './recorded-event.ts';
import type { Subject } from './subject.ts';
import type { TrustChange } from './trust-change.ts';

export type { Clock } from '@kiten/codec';

/** Where evidence comes from. */
export interface EvidenceSource {
  readonly name: string;
  /**
   * Calls the receiver for each piece of evidence, in the order received, until the returned
   * function is called. The receiver does not throw.
   */
  subscribe(receive: (evidence: Evidence) => void): () => void;
}

/** What evidence is compared with: what manufacturers, labs and operators vouch for. */
export interface ReferenceValue {
  /** The device, model or lot it is addressed to. */
  readonly subject: Subject;
  /** What it is a value of, in the appraiser's own words: `pcr/0`, `firmware-digest`. */
  readonly name: string;
  readonly value: string | number | Uint8Array;
  readonly issuer: string;
  /** Milliseconds since the Unix epoch, exclusive; absent if it does not end. */
  readonly validUntil?: number;
}

/**
 * Judges the evidence of one domain. Pure: the same evidence and references give the same findings,
 * nothing else happens, and evidence that cannot be parsed becomes a finding, not an exception.
 */
export interface Appraiser {
  /** Stable: findings supersede each other under this name. */
  readonly name: string;
  readonly mediaTypes: readonly string[];
  appraise(evidence: SealedEvidence, references: readonly ReferenceValue[]): readonly Finding[];
}

/** What evidence comes to. */
export interface Appraisal<Memory> {
  readonly findings: readonly Finding[];
  /** What to keep if the findings are kept. */
  readonly memory: Memory;
}

/**
 * Judges evidence that goes on from earlier evidence of the same subject: a log of which only the new part is sent, a
 * counter that must not go back. As pure as an {@link Appraiser}: what it has to know beside the evidence is its context,
 * what it wants remembered comes back, and whoever calls keeps both and decides in which thread it works.
 *
 * @typeParam Context keys, reference values, what was remembered: whatever the domain holds evidence against
 */
export interface ContinuingAppraiser<Context, Memory> {
  /** Stable: findings supersede each other under this name. */
  readonly name: string;
  readonly mediaTypes: readonly string[];
  appraise(evidence: NamedEvidence, context: Context): Appraisal<Memory>;
}

/** Holds a change where things pass. A fall is enforced before it is logged, a rise after. */
export interface Enforcer {
  readonly name: string;
  enforce(change: TrustChange): void;
}

/** A message as a tap sees it. */
export interface TappedMessage {
  readonly publisher: Subject;
  readonly topic: string;
  /** A view, valid during the call only. */
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** Whether its publisher says that it may have sent it before. */
  readonly duplicate: boolean;
  /** Whether it passed. Of what was refused, a tap sees what its publisher said on a topic of its own. */
  readonly passed: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Sees messages without being able to hold them up: what it makes of them it makes elsewhere. */
export interface MessageTap {
  /** The MQTT topic filters it wants to see, now. */
  readonly filters: readonly string[];
  /** Calls back whenever `filters` has changed. */
  follow?(changed: () => void): void;
  /** Whether it wants to see what somebody publishes, now; everything unless given. Takes no longer than a look into a table. */
  wants?(publisher: Subject, at: number): boolean;
  /** Does not throw, and takes no longer than a copy does. */
  see(message: TappedMessage): void;
}

/** A device that is connected right now, whatever the transport. */
export interface Session {
  readonly subject: Subject;
  /** The way it came in, hop by hop. */
  readonly via: readonly string[];
  /** Asks for fresh evidence over this nonce; the session ends at the deadline (ms since the Unix epoch). */
  challenge(nonce: Uint8Array, deadline: number): void;
  /** Leaves it attestation and updates, nothing else. */
  restrict(reason: string): void;
  /** Ends it at once. */
  sever(reason: string): void;
}

/** The site's log. */
export interface Record {
  /** Resolves when the entry is durable, with its index. */
  append(event: RecordedEvent): Promise<{ readonly index: number }>;
}
