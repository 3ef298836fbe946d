import {
  type AttesterState,
  decodeAttesterState,
  encodeAttesterState,
  readTpmKey,
  type TpmKey,
} from '@kiten/attestation';
import { toHex } from '@kiten/codec';
import type { Kysely } from 'kysely';
import { type KeptAttester, putState, storedAttesters, storedStates } from '../../store/attesters.ts';
import type { Tables } from '../../store/tables.ts';

/** What is remembered of the last evidence that answered a nonce. */
export interface LastEvidence {
  /** What the next evidence goes on from; absent if nothing was proven yet. */
  readonly state?: AttesterState;
  /** What this evidence went on from. */
  readonly before?: AttesterState;
  readonly nonce: Uint8Array;
  readonly digest: string;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
}

/** The TPM that speaks for a device, with what is remembered of it. Immutable: a change makes a new one. */
export interface Attester extends KeptAttester {
  readonly last?: LastEvidence;
}

/** The attesters of a site, in memory; the store holds the same. */
export class AttesterBook {
  readonly #attesters = new Map<string, Attester>();
  /** By endorsement key, hexadecimal: the device that its TPM is of. */
  readonly #owners = new Map<string, string>();
  /** Importing a key costs more than a signature with it. */
  readonly #keys = new WeakMap<Uint8Array, TpmKey>();

  static async load(store: Kysely<Tables>): Promise<AttesterBook> {
    const book = new AttesterBook();
    const states = new Map((await storedStates(store)).map((kept) => [kept.device, kept]));
    for (const kept of await storedAttesters(store)) {
      const last = states.get(kept.device);
      if (last === undefined) {
        book.put(kept);
        continue;
      }
      const { state, before, nonce, evidence: digest, receivedAt } = last;
      const decoded = {
        ...(state === undefined ? {} : { state: decodeAttesterState(state) }),
        ...(before === undefined ? {} : { before: decodeAttesterState(before) }),
      };
      book.put({ ...kept, last: { ...decoded, nonce, digest, receivedAt } });
    }
    return book;
  }

  find(device: string): Attester | undefined {
    return this.#attesters.get(device);
  }

  put(attester: Attester): void {
    this.#attesters.set(attester.device, attester);
    this.#owners.set(toHex(this.endorsementKey(attester).publicKey), attester.device);
  }

  remove(device: string): void {
    const attester = this.#attesters.get(device);
    if (attester !== undefined) this.#owners.delete(toHex(this.endorsementKey(attester).publicKey));
    this.#attesters.delete(device);
  }

  /** The device that a TPM is of, by its endorsement key. */
  ownerOf({ publicKey }: TpmKey): string | undefined {
    return this.#owners.get(toHex(publicKey));
  }

  /** Has a TPM for a device while that is being written down. @returns what gives it back, unless it was put meanwhile */
  reserve({ publicKey }: TpmKey, device: string): () => void {
    const key = toHex(publicKey);
    const before = this.#owners.get(key);
    this.#owners.set(key, device);
    return () => {
      if (before === undefined) this.#owners.delete(key);
    };
  }

  all(): IterableIterator<Attester> {
    return this.#attesters.values();
  }

  get size(): number {
    return this.#attesters.size;
  }

  attestationKey({ attestationKey }: Pick<KeptAttester, 'attestationKey'>): TpmKey {
    return this.#key(attestationKey);
  }

  endorsementKey({ endorsementKey }: Pick<KeptAttester, 'endorsementKey'>): TpmKey {
    return this.#key(endorsementKey);
  }

  #key(area: Uint8Array): TpmKey {
    const known = this.#keys.get(area);
    if (known !== undefined) return known;
    const key = readTpmKey(area);
    this.#keys.set(area, key);
    return key;
  }
}

/** Keeps what is remembered of the last evidence. */
export async function storeLast(store: Kysely<Tables>, device: string, last: LastEvidence): Promise<void> {
  const { state, before, nonce, digest, receivedAt } = last;
  await putState(store, {
    device,
    ...(state === undefined ? {} : { state: encodeAttesterState(state) }),
    ...(before === undefined ? {} : { before: encodeAttesterState(before) }),
    nonce,
    evidence: digest,
    receivedAt,
  });
}

/** The name of the key that attests, in hexadecimal. */
export const keyName = ({ name }: TpmKey): string => toHex(name ?? new Uint8Array(0));
