import { type Clock, fromHex, KitenError, toHex } from '@kiten/codec';
import { nodeVerify, publicKeyDigest, sha256 } from '@kiten/identity';
import {
  type Authority,
  type Evidence,
  factsMediaType,
  isDeviceId,
  readUnverifiedFacts,
  type Statement,
  verifyStatement,
} from '@kiten/trust';
import { deleteAuthority, insertAuthority, storedAuthorities } from '../store/authorities.ts';
import type { Database } from '../store/database.ts';
import { insertMark } from '../store/marks.ts';
import { insertStatement, type StatementRecord, statementByDigest } from '../store/statements.ts';
import type { DeviceBook } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { MarkBoard } from './mark-board.ts';
import type { Operator } from './operators.ts';
import type { TrustDesk } from './trust-desk.ts';

export interface AuthorityParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly book: DeviceBook;
  readonly clock: Clock;
  readonly marks: MarkBoard;
  readonly trust: Pick<TrustDesk, 'disown'>;
}

/** What was made of a statement. */
export interface Admission {
  readonly digest: string;
  readonly authority: Authority;
  readonly statement: Statement;
  /** The statement as evidence on the device that it is about. */
  readonly evidence: Evidence;
}

/**
 * Others whose word counts at this site, as a manufacturer's does, and their signed statements. A statement is verified
 * before it goes into the log; what follows from it, an appraiser finds.
 */
export class AuthorityDesk {
  readonly #parts: AuthorityParts;
  readonly #byKey = new Map<string, Authority>();

  private constructor(parts: AuthorityParts, known: readonly Authority[]) {
    this.#parts = parts;
    for (const authority of known) this.#byKey.set(publicKeyDigest(authority.publicKey), authority);
  }

  static async open(parts: AuthorityParts): Promise<AuthorityDesk> {
    return new AuthorityDesk(parts, await storedAuthorities(parts.database));
  }

  all(): readonly Authority[] {
    return [...this.#byKey.values()];
  }

  /** Who signs with the key of this id. */
  byKeyId(keyId: Uint8Array): Authority | undefined {
    return this.#byKey.get(toHex(keyId));
  }

  /**
   * @throws KitenError `kiten/authority-known` (a key speaks in one role, and a name has one key in each),
   *   `kiten/authority-withdrawn`
   */
  async add(authority: Authority, operator: Operator, reason: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const { name, role, publicKey } = authority;
    const digest = publicKeyDigest(publicKey);
    if (this.#byKey.has(digest) || this.all().some((one) => one.name === name && one.role === role)) {
      throw new KitenError('kiten/authority-known', 'This key, or this name in this role, is known already.');
    }
    if (this.#parts.marks.has('key', fromHex(digest))) {
      throw new KitenError(
        'kiten/authority-withdrawn',
        'What this key signs was withdrawn here for good: ask for a new key, and add that.',
      );
    }
    const [at, actor] = [clock.now(), `operator:${operator.name}`];
    const event = { type: 'authority/added', at, actor, reason, data: { name, role, key: digest } };
    await journal.commit([event], (store) => insertAuthority(store, authority, actor, at));
    this.#byKey.set(digest, authority);
  }

  /** What it said stays in the log and counts no more, here and, by a mark on its key, with whoever checks proofs. */
  async remove(name: string, role: string, operator: Operator, reason: string): Promise<void> {
    const known = this.all().find((one) => one.name === name && one.role === role);
    if (known === undefined) {
      throw new KitenError('kiten/not-found', `No ${role} called ${name.slice(0, 80)} is known here.`);
    }
    const { journal, clock, marks } = this.#parts;
    const [at, actor, key] = [clock.now(), `operator:${operator.name}`, publicKeyDigest(known.publicKey)];
    const event = { type: 'authority/removed', at, actor, reason, data: { name, role, key } };
    await journal.commit([event], async (store) => {
      await deleteAuthority(store, name, role);
      await insertMark(store, { kind: 'key', value: key, at });
    });
    this.#byKey.delete(key);
    marks.add('key', fromHex(key));
    await this.disown(actor, reason);
  }

  /** Takes off the verdicts what rests on the word of somebody whose word counts no more. */
  async disown(operator: string, reason: string): Promise<void> {
    const { book, clock, database, trust } = this.#parts;
    for (const { id, verdict } of book.all()) {
      const strangers = new Set<string>();
      for (const { relays } of verdict.findings) {
        const statement = relays === undefined ? undefined : await statementByDigest(database, relays);
        if (statement !== undefined && !this.#byKey.has(statement.issuer)) strangers.add(statement.digest);
      }
      if (strangers.size > 0) await trust.disown(id, strangers, { operator, reason, at: clock.now() });
    }
  }

  /**
   * Verifies a statement and puts it into the log.
   *
   * @throws KitenError `trust/statement-…`, `trust/facts-…`, `kiten/statement-foreign` (nobody known signed
   *   it), `kiten/statement-subject` (it is not about a device of this site)
   */
  async admit(bytes: Uint8Array): Promise<Admission> {
    const { database, journal, clock, book } = this.#parts;
    const authority = this.byKeyId(readUnverifiedFacts(bytes, sha256).keyId);
    if (authority === undefined) {
      throw new KitenError(
        'kiten/statement-foreign',
        'Nobody whose word counts here signed this. `kiten authority add` makes somebody’s count.',
      );
    }
    const statement = verifyStatement(bytes, nodeVerify, authority.publicKey, { now: clock.now() });
    const device = /^device:(.*)$/.exec(statement.subject)?.[1];
    if (!isDeviceId(device) || book.find(device) === undefined) {
      throw new KitenError(
        'kiten/statement-subject',
        'A statement is about a device of this site: its subject reads “device:ID”.',
      );
    }
    const record = recordOf(bytes, statement);
    // One that is in the log already is only judged again.
    if ((await statementByDigest(database, record.digest)) === undefined) {
      await journal.commit([record], (store) => insertStatement(store, record));
    }
    const evidence: Evidence = {
      mediaType: factsMediaType,
      subject: { kind: 'device', id: device },
      receivedAt: clock.now(),
      via: ['api'],
      body: bytes,
    };
    return { digest: record.digest, authority, statement, evidence };
  }
}

function recordOf(bytes: Uint8Array, statement: Statement): StatementRecord {
  const digest = toHex(sha256(bytes));
  return {
    statement: bytes,
    digest,
    kind: 'admitted',
    about: digest,
    subject: statement.subject,
    issuer: toHex(statement.keyId),
    issuedAt: statement.issuedAt * 1000,
    ...(statement.expiresAt === undefined ? {} : { expiresAt: statement.expiresAt * 1000 }),
  };
}
