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

/**
 * Evidence under the name by which findings and the log speak of it. The name tells nothing of the content, however
 * easily that could be guessed: once content and salt are erased, what remains is a random number.
 */
export interface NamedEvidence extends Evidence {
  /** `sha256:` and 64 hexadecimal digits, over salt and body. */
  readonly digest: string;
}

/** The same with what it is named by. */
export interface SealedEvidence extends NamedEvidence {
  /** 32 random bytes, kept with the content and nowhere else. */
  readonly salt: Uint8Array;
}
