import { type Clock, KitenError } from '@kiten/codec';
import type { PayloadDirectory } from './payload-directory.ts';
import { damaged, erased, missing } from './payload-error.ts';
import { encodePayload, encodeTombstone, isReason, maxFileBytes, maxPayloadBytes } from './payload-file.ts';
import { saltedDigest, verifyPayload } from './salted-digest.ts';

/** A content with the salt: together they show that the digest is theirs. */
export interface Payload {
  readonly salt: Uint8Array;
  readonly content: Uint8Array;
}

/** What the store has under a digest; times are in milliseconds since the Unix epoch. */
export type StoredPayload =
  | { readonly digest: Uint8Array; readonly state: 'held'; readonly at: number }
  | { readonly digest: Uint8Array; readonly state: 'erased'; readonly at: number; readonly reason: string }
  | { readonly digest: Uint8Array; readonly state: 'damaged' };

/**
 * Contents too large or too private for the log, found by the salted digest that the log has. A digest's file is
 * always whole: a payload, or the tombstone that took its place.
 */
export class PayloadStore {
  readonly #directory: PayloadDirectory;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();

  /** Use `openPayloadStore`. */
  constructor(directory: PayloadDirectory, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * Keeps a content of up to 64 MiB, copied at once, and resolves with its salted digest when it is on the disk.
   * Putting it again is fine and renews its time.
   *
   * @param salt 32 random bytes for this content only.
   * @throws KitenError `ledger/payload-too-large`, `ledger/salt-unsuitable`, `ledger/payload-erased` (what was erased
   * doesn't come back), `ledger/disk-full`, `ledger/write-failed`, `ledger/unreadable`.
   */
  async put(content: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
    if (content.length > maxPayloadBytes) {
      const message = `A payload has at most ${maxPayloadBytes} bytes, this one ${content.length}.`;
      throw new KitenError('ledger/payload-too-large', message, { detail: { bytes: content.length } });
    }
    const digest = saltedDigest(salt, content);
    const bytes = encodePayload(this.#clock.now(), salt, content);
    await this.#inTurn(async () => {
      const found = await this.#directory.read(digest);
      if (found?.state === 'erased') throw erased(digest, found);
      await this.#directory.write(digest, bytes);
    });
    return digest;
  }

  /**
   * The payload of a digest, checked against it.
   *
   * @throws KitenError `ledger/payload-missing`; `ledger/payload-erased` with `detail.at` and `detail.reason`;
   * `ledger/payload-damaged`; `ledger/unreadable`.
   */
  async get(digest: Uint8Array): Promise<Payload> {
    const found = await this.#directory.read(digest, maxFileBytes);
    if (found === undefined) throw missing(digest);
    if (found.state === 'erased') throw erased(digest, found);
    if (found.state === 'held' && verifyPayload(digest, found.salt, found.content)) {
      return { salt: found.salt, content: found.content };
    }
    throw damaged(digest);
  }

  /**
   * Puts a tombstone in the place of a payload, damaged or not: salt and content are gone from the directory, and
   * nobody can tell any more what the digest was made of. Resolves when that is on the disk. What was erased before
   * keeps its first tombstone. Blocks that the file system freed are beyond our reach: encrypt the disk.
   *
   * @param reason a short code in lower case: `subject-request`.
   * @throws KitenError `ledger/reason-unsuitable`, `ledger/payload-missing`, `ledger/disk-full`,
   * `ledger/write-failed`, `ledger/unreadable`.
   */
  async erase(digest: Uint8Array, reason: string): Promise<void> {
    if (!isReason(reason)) {
      const message = 'A reason is a code of at most 32 lower-case letters, digits and single hyphens.';
      throw new KitenError('ledger/reason-unsuitable', message);
    }
    const at = this.#clock.now();
    await this.#inTurn(async () => {
      const found = await this.#directory.read(digest);
      if (found === undefined) throw missing(digest);
      // Written again if it is there: a crash may have come before it was on the disk.
      await this.#directory.write(digest, encodeTombstone(found.state === 'erased' ? found : { at, reason }));
    });
  }

  /**
   * Erases, for the reason `retention`, what was put before `olderThan` (milliseconds since the Unix epoch), except
   * what `keep` wants. Returns how many it erased. Damaged payloads tell no time and stay.
   *
   * @throws KitenError as `erase`.
   */
  async prune(olderThan: number, keep: (digest: Uint8Array) => boolean): Promise<number> {
    let count = 0;
    for await (const digest of this.#directory.digests()) {
      if (!keep(digest) && (await this.#inTurn(() => this.#eraseOld(digest, olderThan)))) count += 1;
    }
    return count;
  }

  /**
   * What the store has. Contents aren't read: `get` tells whether they are sound.
   *
   * @throws KitenError `ledger/unreadable`.
   */
  async *list(): AsyncGenerator<StoredPayload> {
    for await (const digest of this.#directory.digests()) {
      const found = await this.#directory.read(digest);
      if (found?.state === 'damaged') yield { digest, state: 'damaged' };
      if (found?.state === 'held') yield { digest, state: 'held', at: found.at };
      if (found?.state === 'erased') yield { digest, state: 'erased', at: found.at, reason: found.reason };
    }
  }

  /** Waits for what is being written. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  async #eraseOld(digest: Uint8Array, olderThan: number): Promise<boolean> {
    const found = await this.#directory.read(digest);
    if (found?.state !== 'held' || found.at >= olderThan) return false;
    const tombstone = encodeTombstone({ at: this.#clock.now(), reason: 'retention' });
    await this.#directory.write(digest, tombstone);
    return true;
  }

  /** One change after the other, so that no put overtakes an erasure. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const work = this.#turn.then(change);
    // Whoever called gets the error; the next one in line only waits.
    this.#turn = work.catch(() => undefined);
    return work;
  }
}
