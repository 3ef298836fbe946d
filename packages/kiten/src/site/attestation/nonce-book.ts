import { Challenges, type NonceProblem, noneUsed, type UsedNonces } from '@kiten/attestation';
import type { Clock } from '@kiten/codec';
import type { Kysely } from 'kysely';
import { putUsedNonces, storedNonces } from '../../store/nonces.ts';
import type { Tables } from '../../store/tables.ts';
import type { Random } from '../secrets.ts';

/** A nonce that counts, and how it is used up: in the transaction that keeps what it led to. */
export interface CountedNonce {
  readonly store: (store: Kysely<Tables>) => Promise<void>;
  /** It is kept. */
  readonly done: () => void;
}

/** The nonces of a site, and which of them are used up, in memory; the store holds the same. */
export class NonceBook {
  readonly #challenges: Challenges;
  readonly #used: Map<string, UsedNonces>;

  private constructor(challenges: Challenges, used: Map<string, UsedNonces>) {
    this.#challenges = challenges;
    this.#used = used;
  }

  static async load(
    store: Kysely<Tables>,
    options: { readonly key: Uint8Array; readonly clock: Clock; readonly random: Random },
  ): Promise<NonceBook> {
    return new NonceBook(new Challenges(options), await storedNonces(store));
  }

  /** Milliseconds that a device has to answer. */
  get lifetime(): number {
    return this.#challenges.lifetime;
  }

  issue(device: string): Uint8Array {
    return this.#challenges.issue(device, this.#usedBy(device));
  }

  /** Whether a nonce counts that was answered at that time. Of one device, one is looked at after the other. */
  count(device: string, nonce: Uint8Array, at: number): NonceProblem | CountedNonce {
    const used = this.#challenges.redeem(device, nonce, this.#usedBy(device), at);
    if (typeof used === 'string') return used;
    return {
      store: (store) => putUsedNonces(store, device, used),
      done: () => void this.#used.set(device, used),
    };
  }

  #usedBy(device: string): UsedNonces {
    return this.#used.get(device) ?? noneUsed;
  }
}
