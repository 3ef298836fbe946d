import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, encodeUtf8 } from '@kiten/codec';
import type { Random } from '../endorsement/make-credential.ts';
import { refusal } from '../hash.ts';

/** Why a nonce doesn't count. */
export type NonceProblem = 'unknown-or-used' | 'expired' | 'of-another-device';

/**
 * Which nonces of a device are used up, by number: all up to `floor`, and those above it that are listed here. Constant
 * in size.
 */
export interface UsedNonces {
  readonly floor: number;
  readonly used: readonly number[];
}

export const noneUsed: UsedNonces = { floor: 0, used: [] };

export interface ChallengeOptions {
  /** 32 octets, which nobody else knows: whoever had it could have a device answer ahead of time. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that a device has to answer; a minute unless given. */
  readonly lifetime?: number;
}

/** Its number, when it was issued, randomness, a code that shows whose nonce it is, and one for which device. */
const parts = { number: 6, issued: 6, random: 4, own: 4, device: 12 } as const;
const headBytes = parts.number + parts.issued + parts.random;
const nonceBytes = headBytes + parts.own + parts.device;
const keyBytes = 32;
/** More than any device answers while one counts. */
const mostUsed = 64;

/**
 * The nonces that a verifier gives out. Each is for one device, counts once and for a while. A nonce says itself when
 * it was issued and for whom, under a key: nothing is kept of those that nobody answered, and a verifier that is started
 * again knows its own. Of a device, only which of its last nonces are used up is to be kept, beside what they led to.
 */
export class Challenges {
  readonly #options: Required<ChallengeOptions>;
  #last = 0;

  constructor(options: ChallengeOptions) {
    if (options.key.length !== keyBytes)
      throw refusal('attestation/nonce-key', `The key of nonces has ${keyBytes} octets.`);
    this.#options = { lifetime: 60_000, ...options };
  }

  /** How many octets a nonce has. */
  static readonly nonceBytes = nonceBytes;

  get lifetime(): number {
    return this.#options.lifetime;
  }

  /**
   * @param used what this device has used up so far: its next nonce comes after it, however the clock was set since
   * @throws KitenError `attestation/randomness` for a source that yields something of the wrong length
   */
  issue(device: string, { floor, used }: UsedNonces = noneUsed): Uint8Array {
    const { clock, random } = this.#options;
    const drawn = random(parts.random);
    if (drawn.length !== parts.random)
      throw refusal('attestation/randomness', 'The source of randomness yields no nonces.');
    this.#last = Math.max(clock.now(), this.#last + 1, floor + 1, ...used.map((number) => number + 1));
    const nonce = Buffer.alloc(nonceBytes);
    nonce.writeUIntBE(this.#last, 0, parts.number);
    nonce.writeUIntBE(clock.now(), parts.number, parts.issued);
    nonce.set(drawn, parts.number + parts.issued);
    nonce.set(this.#codes(nonce, device), headBytes);
    return new Uint8Array(nonce);
  }

  /**
   * Whether a nonce counts.
   *
   * @param at when its answer came, in milliseconds since the Unix epoch
   * @returns why it doesn't, or what is used up once it has counted
   */
  redeem(device: string, nonce: Uint8Array, used: UsedNonces, at: number): NonceProblem | UsedNonces {
    if (nonce.length !== nonceBytes) return 'unknown-or-used';
    const given = Buffer.from(nonce);
    const codes = this.#codes(given, device);
    const own = given.subarray(headBytes, headBytes + parts.own);
    if (!timingSafeEqual(own, codes.subarray(0, parts.own))) return 'unknown-or-used';
    // What another device got is not used up by whoever saw it pass by.
    if (!timingSafeEqual(given.subarray(headBytes + parts.own), codes.subarray(parts.own)))
      return 'of-another-device';
    const number = given.readUIntBE(0, parts.number);
    if (number <= used.floor || used.used.includes(number)) return 'unknown-or-used';
    // A clock that was set back does not let it count for long.
    const age = at - given.readUIntBE(parts.number, parts.issued);
    return Math.abs(age) < this.#options.lifetime
      ? withUsed(used, number, this.#options.lifetime)
      : 'expired';
  }

  #codes(nonce: Buffer, device: string): Buffer {
    const { key } = this.#options;
    const head = nonce.subarray(0, headBytes);
    const own = createHmac('sha256', key).update('nonce').update(head).digest();
    const ofDevice = createHmac('sha256', key)
      .update('device')
      .update(head)
      .update(encodeUtf8(device))
      .digest();
    return Buffer.concat([own.subarray(0, parts.own), ofDevice.subarray(0, parts.device)]);
  }
}

/** Numbers run with the clock: what is older than any that still counts goes below the floor, which never falls. */
function withUsed({ floor, used }: UsedNonces, number: number, lifetime: number): UsedNonces {
  const all = [...used, number].toSorted((left, right) => left - right);
  const kept = all.filter((one) => one > all.at(-1)! - lifetime).slice(-mostUsed);
  return { floor: Math.max(floor, ...all.filter((one) => one < kept[0]!)), used: kept };
}
