import { type Finding, parseSubjectKey, type SealedEvidence, type Subject, subjectKey } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What is known of a piece of evidence besides its content. */
export interface EvidenceRecord {
  readonly digest: string;
  readonly mediaType: string;
  readonly subject: Subject;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  readonly via: readonly string[];
  /** Bytes. */
  readonly size: number;
  readonly erasedAt?: number;
  /** Content that is small enough to stay beside its record. */
  readonly body?: Uint8Array;
  readonly salt?: Uint8Array;
}

/** Content up to here stays beside its record: a file for each would cost more than all else about it. */
export const largestInline = 16_384;

/** Adds evidence; content that is larger is in the payload store already. */
export async function insertEvidence(store: Kysely<Tables>, evidence: SealedEvidence): Promise<void> {
  const isInline = evidence.body.length <= largestInline;
  await store
    .insertInto('evidence')
    .values({
      digest: evidence.digest,
      media_type: evidence.mediaType,
      subject: subjectKey(evidence.subject),
      received_at: evidence.receivedAt,
      via: JSON.stringify(evidence.via),
      size: evidence.body.length,
      body: isInline ? evidence.body : null,
      salt: isInline ? evidence.salt : null,
      erased_at: null,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}

export async function findEvidence(
  store: Kysely<Tables>,
  digest: string,
): Promise<EvidenceRecord | undefined> {
  const row = await store.selectFrom('evidence').selectAll().where('digest', '=', digest).executeTakeFirst();
  return row === undefined ? undefined : recordOf(row);
}

/** Evidence on a subject, the newest first. */
export async function evidenceOn(
  store: Kysely<Tables>,
  subject: Subject,
  limit: number,
): Promise<EvidenceRecord[]> {
  const rows = await store
    .selectFrom('evidence')
    .selectAll()
    .where('subject', '=', subjectKey(subject))
    .orderBy('received_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(recordOf);
}

/** Content that was received before `before` and is still there. */
export async function evidenceBefore(
  store: Kysely<Tables>,
  before: number,
  limit: number,
): Promise<EvidenceRecord[]> {
  const rows = await store
    .selectFrom('evidence')
    .selectAll()
    .where('received_at', '<', before)
    .where('erased_at', 'is', null)
    .orderBy('received_at')
    .limit(limit)
    .execute();
  return rows.map(recordOf);
}

/** The digests of all content that was not erased. */
export async function liveDigests(store: Kysely<Tables>): Promise<string[]> {
  const rows = await store.selectFrom('evidence').select('digest').where('erased_at', 'is', null).execute();
  return rows.map(({ digest }) => digest);
}

/** Notes that the content is gone, and blackens what findings had taken over from it. */
export async function markErased(
  store: Kysely<Tables>,
  { digest, subject }: Pick<EvidenceRecord, 'digest' | 'subject'>,
  at: number,
): Promise<void> {
  await store
    .updateTable('evidence')
    .set({ erased_at: at, body: null, salt: null })
    .where('digest', '=', digest)
    .execute();
  const resting = await store
    .selectFrom('findings')
    .select(['id', 'parameters'])
    .where('subject', '=', subjectKey(subject))
    .where('premises', 'like', `%${digest}%`)
    .execute();
  for (const { id, parameters } of resting) {
    const blackened = JSON.stringify(blacken(JSON.parse(parameters) as Finding['parameters']));
    await store.updateTable('findings').set({ parameters: blackened }).where('id', '=', id).execute();
  }
}

/** What stood there and may no longer be known. */
export function blacken(parameters: Finding['parameters']): Finding['parameters'] {
  return Object.fromEntries(Object.keys(parameters).map((name) => [name, '███']));
}

function recordOf(row: Tables['evidence']): EvidenceRecord {
  return {
    digest: row.digest,
    mediaType: row.media_type,
    subject: parseSubjectKey(row.subject),
    receivedAt: row.received_at,
    via: JSON.parse(row.via) as string[],
    size: row.size,
    ...(row.erased_at === null ? {} : { erasedAt: row.erased_at }),
    ...(row.body === null ? {} : { body: row.body }),
    ...(row.salt === null ? {} : { salt: row.salt }),
  };
}
