import type { Clock, KitenError, Signer } from '@kiten/codec';
import type { PublishedCheckpoint } from './publish/publisher.ts';

/** What a ledger needs. */
export interface LedgerOptions {
  /** Made if it isn't there, readable by its owner only. One process at a time may hold it: see to that. */
  readonly directory: string;
  /** The log's name in its checkpoints, `plant-7.example/log`: no spaces, no plus sign. */
  readonly origin: string;
  /** An Ed25519 key; it signs the checkpoints. */
  readonly signer: Signer;
  readonly clock: Clock;
  /** Keys (SPKI, DER) that signed this log's checkpoints before `signer`. */
  readonly previousKeys?: readonly Uint8Array[];
  /**
   * Asked for the lines after the root whenever a checkpoint is signed: at most 16, of 1–256 bytes each, without line
   * breaks and control characters.
   */
  readonly extensions?: () => readonly string[];
  /** Called after each checkpoint, also when one was only signed anew. */
  readonly onCheckpoint?: (checkpoint: PublishedCheckpoint) => void;
  /** Called when publishing in the background failed; it is tried again after the interval. */
  readonly onProblem?: (problem: KitenError) => void;
  /** Least milliseconds between checkpoints; 1000 by default. */
  readonly publishInterval?: number;
  /** Milliseconds after which the checkpoint of a log that doesn't grow is signed anew; 600,000 by default. */
  readonly refreshInterval?: number;
  /** Size at which a segment is followed by the next; 64 MiB by default. */
  readonly segmentBytes?: number;
  /** Bytes filled with zeros ahead of the entries; 4 MiB by default. */
  readonly preallocateBytes?: number;
}
