import type { Kysely } from 'kysely';
import type { StatementEntry } from '../site/journal.ts';
import type { Tables } from './tables.ts';

export type StatementKind = 'appointment' | 'finding' | 'verdict' | 'admitted' | 'composition';

/** A signed statement with what the store finds it by. */
export interface StatementRecord extends StatementEntry {
  readonly kind: StatementKind;
  /** The appointed key's id, the finding's digest, the verdict's epoch, the part's key, or the digest again: hexadecimal or decimal. */
  readonly about: string;
  /** `device:pump-1`. */
  readonly subject?: string;
  /** The signer's key id, hexadecimal. */
  readonly issuer: string;
  /** Milliseconds since the Unix epoch, like all times here. */
  readonly issuedAt: number;
  readonly expiresAt?: number;
  /** Where it stands in the log, once it does. */
  readonly index?: number;
}

/** Adds a statement; the same one is kept once. */
export async function insertStatement(store: Kysely<Tables>, record: StatementRecord): Promise<void> {
  await store
    .insertInto('statements')
    .values({
      digest: record.digest,
      kind: record.kind,
      about: record.about,
      subject: record.subject ?? null,
      issuer: record.issuer,
      bytes: record.statement,
      issued_at: record.issuedAt,
      expires_at: record.expiresAt ?? null,
      log_index: null,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}

/** The newest statement of each kind and about each of these. */
export async function statementsAbout(
  store: Kysely<Tables>,
  kind: StatementKind,
  about: readonly string[],
): Promise<StatementRecord[]> {
  if (about.length === 0) return [];
  const rows = await store
    .selectFrom('statements')
    .selectAll()
    .where('kind', '=', kind)
    .where('about', 'in', about)
    .orderBy('issued_at')
    .execute();
  return [...new Map(rows.map((row) => [row.about, recordOf(row)])).values()];
}

export async function statementByDigest(
  store: Kysely<Tables>,
  digest: string,
): Promise<StatementRecord | undefined> {
  const row = await store
    .selectFrom('statements')
    .selectAll()
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row === undefined ? undefined : recordOf(row);
}

/** Statements of a kind that have not ended by themselves, the oldest first. */
export async function statementsInForce(
  store: Kysely<Tables>,
  kind: StatementKind,
  now: number,
): Promise<StatementRecord[]> {
  const rows = await store
    .selectFrom('statements')
    .selectAll()
    .where('kind', '=', kind)
    .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('issued_at')
    .execute();
  return rows.map(recordOf);
}

function recordOf(row: Tables['statements']): StatementRecord {
  return {
    digest: row.digest,
    statement: row.bytes,
    kind: row.kind as StatementKind,
    about: row.about,
    issuer: row.issuer,
    issuedAt: row.issued_at,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.log_index === null ? {} : { index: row.log_index }),
  };
}
