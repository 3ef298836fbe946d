import type { Subject } from './subject.ts';

/** What was received: bytes that an appraiser of that media type can judge. */
export interface Evidence {
  readonly mediaType: string;
  readonly subject: Subject;
  /** Milliseconds since the Unix epoch, by the receiver's clock. */
  readonly receivedAt: number;
  /** The way it came, hop by hop, the sender first: `mqtt`, `gateway:1`. */
  readonly via: readonly string[];
  readonly body: Uint8Array;
}
