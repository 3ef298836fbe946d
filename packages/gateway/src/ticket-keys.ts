import { hkdfSync } from 'node:crypto';

const seedBytes = 32;
/** Of Node's `ticketKeys`: a name, a key for the MAC and one for the cipher, 16 octets each. */
const keyBytes = 48;

/**
 * Keys that session tickets are made with (RFC 5077 §4). With the same seed, and the same changes after it, several workers
 * have the same keys, so that a session can be resumed at any of them. A key does not tell those before it.
 */
export class TicketKeys {
  #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#seed = seed;
  }

  static get seedBytes(): number {
    return seedBytes;
  }

  /** No session of before can be resumed. `cause` is the sequence of the change that says so. */
  renew(cause: number): void {
    this.#seed = derived(this.#seed, `next ${cause}`, seedBytes);
  }

  /** For one kind of port: a session of one cannot be resumed at another. */
  of(kind: string): Buffer {
    return Buffer.from(derived(this.#seed, `tickets ${kind}`, keyBytes));
  }
}

function derived(seed: Uint8Array, label: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(0), `kiten gateway ${label}`, length));
}
