import { type Clock, toHex } from '@kiten/codec';
import type { Random } from '../endorsement/make-credential.ts';
import { refusal } from '../hash.ts';

/** Why a nonce doesn't count. */
export type NonceProblem = 'unknown-or-used' | 'expired' | 'of-another-device';

export interface ChallengeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that a device has to answer; a minute unless given. */
  readonly lifetime?: number;
  /** How many may be open at once; the oldest go first. 100,000 unless given. */
  readonly capacity?: number;
}

const nonceBytes = 32;

/** The nonces that a verifier gives out. Each is for one device, counts once and for a while. */
export class Challenges {
  readonly #open = new Map<string, { readonly device: string; readonly until: number }>();
  readonly #options: Required<ChallengeOptions>;

  constructor(options: ChallengeOptions) {
    this.#options = { lifetime: 60_000, capacity: 100_000, ...options };
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws KitenError `attestation/randomness` for a source that yields a nonce twice or of the wrong length */
  issue(device: string): Uint8Array {
    const { clock, random, lifetime, capacity } = this.#options;
    const nonce = random(nonceBytes);
    const name = toHex(nonce);
    if (nonce.length !== nonceBytes || this.#open.has(name)) {
      throw refusal('attestation/randomness', 'The source of randomness yields no nonces.');
    }
    this.#forget(clock.now());
    if (this.#open.size >= capacity) this.#open.delete(this.#open.keys().next().value as string);
    this.#open.set(name, { device, until: clock.now() + lifetime });
    return nonce;
  }

  /** How many octets a nonce has. */
  static readonly nonceBytes = nonceBytes;

  get lifetime(): number {
    return this.#options.lifetime;
  }

  /** Uses a nonce up, whatever comes of it. @returns why it doesn't count, or undefined if it does */
  redeem(device: string, nonce: Uint8Array): NonceProblem | undefined {
    const name = toHex(nonce);
    const challenge = this.#open.get(name);
    if (challenge === undefined) return 'unknown-or-used';
    // What another device got is not used up by whoever saw it pass by.
    if (challenge.device !== device) return 'of-another-device';
    this.#open.delete(name);
    return this.#options.clock.now() < challenge.until ? undefined : 'expired';
  }

  /** All have the same lifetime, so the oldest end first. */
  #forget(now: number): void {
    for (const [name, { until }] of this.#open) {
      if (until > now) return;
      this.#open.delete(name);
    }
  }
}
