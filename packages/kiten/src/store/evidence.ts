import { createHash } from 'node:crypto';
import { type Evidence, subjectKey } from '@kiten/trust';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What findings name their premises by: `sha256:` and the digest of the evidence's bytes. */
export function evidenceDigest(evidence: Evidence): string {
  return `sha256:${createHash('sha256').update(evidence.body).digest('hex')}`;
}

/** Keeps evidence; the same bytes are kept once. */
export async function insertEvidence(store: Kysely<Tables>, evidence: Evidence): Promise<void> {
  await store
    .insertInto('evidence')
    .values({
      digest: evidenceDigest(evidence),
      media_type: evidence.mediaType,
      subject: subjectKey(evidence.subject),
      received_at: evidence.receivedAt,
      via: JSON.stringify(evidence.via),
      body: evidence.body,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}
