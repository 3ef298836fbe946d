import { type Clock, fromHex, KitenError, toHex } from '@kiten/codec';
import { type PayloadStore, saltedDigest, verifyPayload } from '@kiten/ledger';
import type { Evidence, SealedEvidence } from '@kiten/trust';
import { type Database, releaseErased } from '../store/database.ts';
import {
  type EvidenceRecord,
  evidenceBefore,
  findEvidence,
  largestInline,
  liveDigests,
  markErased,
} from '../store/evidence.ts';
import type { DeviceBook } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import { deviceOf } from './parts.ts';
import type { Random } from './secrets.ts';

export interface EvidenceParts {
  readonly database: Database;
  readonly payloads: PayloadStore;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

/** Evidence with its content. */
export interface ReadEvidence extends EvidenceRecord {
  readonly content: Uint8Array;
}

const saltBytes = 32;
const prefix = 'sha256:';
const batch = 500;
/** Content is put before its record is committed; by then it is, or never will be. */
const settling = 3_600_000;

/**
 * Where the content of evidence is kept, under a salted digest. The log and the findings hold the digest alone, so
 * content may be erased, and everything that remains still verifies.
 */
export class EvidenceDesk {
  readonly #parts: EvidenceParts;
  /** Whether the store's write-ahead log may hold erased content: after a crash it may. */
  #isUnreleased = true;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /** Gives evidence the name that findings and the log know it by. */
  seal(evidence: Evidence): SealedEvidence {
    const salt = this.#parts.random(saltBytes);
    return { ...evidence, salt, digest: `${prefix}${toHex(saltedDigest(salt, evidence.body))}` };
  }

  /** Resolves when content that does not go into the record is on the disk. */
  async keep({ salt, body }: SealedEvidence): Promise<void> {
    if (body.length > largestInline) await this.#parts.payloads.put(body, salt);
  }

  /** @throws KitenError `kiten/evidence-unknown`, `kiten/evidence-erased`, `ledger/payload-…` */
  async read(digest: string): Promise<ReadEvidence> {
    const record = await this.#mustFind(digest);
    if (record.erasedAt !== undefined) throw erased(digest);
    const { body, salt } = record;
    if (body === undefined) {
      const { content } = await this.#parts.payloads.get(digestBytes(digest));
      return { ...record, content };
    }
    if (salt !== undefined && !verifyPayload(digestBytes(digest), salt, body)) {
      throw new KitenError('kiten/evidence-damaged', `The content of ${digest} is not what was received.`);
    }
    return { ...record, content: body };
  }

  /** Erases content on record. The finding stands; what it rests on can no longer be looked at. */
  async erase(digest: string, operator: Operator, reason: string): Promise<void> {
    const record = await this.#mustFind(digest);
    if (record.erasedAt !== undefined) throw erased(digest);
    await this.#forget([record], `operator:${operator.name}`, reason, 'operator-request');
  }

  /**
   * Erases what was received before that time and supports nothing that counts now. @returns how many
   */
  async prune(before: number): Promise<number> {
    const needed = this.#premisesThatCount();
    let pruned = 0;
    for (let reached = 0; ; ) {
      const old = await evidenceBefore(this.#parts.database, before, reached + batch);
      const page = old.slice(reached);
      const dispensable = page.filter(({ digest }) => !needed.has(digest));
      await this.#forget(dispensable, 'site', 'Its time of retention is over.', 'retention');
      pruned += dispensable.length;
      // What is needed stays in front of the list, what was erased has left it.
      reached += page.length - dispensable.length;
      if (page.length < batch) return pruned;
    }
  }

  /** Erases content that no record speaks of any more: what a crash left between a record and its content. */
  async tidy(): Promise<void> {
    const { database, payloads, clock } = this.#parts;
    const live = new Set(await liveDigests(database));
    await payloads.prune(clock.now() - settling, (digest) => live.has(`${prefix}${toHex(digest)}`));
  }

  /** Has what was erased leave the last place where it was, unless somebody reads there: then the next time. */
  async release(): Promise<void> {
    if (this.#isUnreleased) this.#isUnreleased = !(await releaseErased(this.#parts.database));
  }

  #premisesThatCount(): Set<string> {
    const needed = new Set<string>();
    for (const { findings } of this.#parts.book.all()) {
      for (const { premises } of findings) for (const premise of premises) needed.add(premise);
    }
    return needed;
  }

  async #forget(
    records: readonly EvidenceRecord[],
    actor: string,
    reason: string,
    code: string,
  ): Promise<void> {
    if (records.length === 0) return;
    const { journal, payloads, clock, book } = this.#parts;
    const at = clock.now();
    const events = records.map(({ digest, subject }) => ({
      type: 'evidence/erased',
      at,
      actor,
      subject,
      reason,
      data: { digest },
    }));
    await journal.commit(events, async (store) => {
      for (const record of records) await markErased(store, record, at);
    });
    for (const { digest, body, subject } of records) {
      if (body === undefined) await payloads.erase(digestBytes(digest), code);
      book.blacken(deviceOf(subject), digest);
    }
    this.#isUnreleased = true;
    await this.release();
  }

  async #mustFind(digest: string): Promise<EvidenceRecord> {
    const record = await findEvidence(this.#parts.database, digest);
    if (record !== undefined) return record;
    throw new KitenError('kiten/evidence-unknown', `There is no evidence “${digest.slice(0, 80)}” here.`);
  }
}

function digestBytes(digest: string): Uint8Array {
  return fromHex(digest.slice(prefix.length));
}

function erased(digest: string): KitenError {
  return new KitenError('kiten/evidence-erased', `The content of ${digest} was erased; the log says why.`);
}
