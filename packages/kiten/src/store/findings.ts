import { type Finding, parseClaimName, parseSubjectKey, type Subject, subjectKey } from '@kiten/trust';
import type { Kysely, Selectable } from 'kysely';
import { slotOf } from '../site/history.ts';
import type { Tables } from './tables.ts';

/** Adds findings; what they supersede stays as history. */
export async function insertFindings(store: Kysely<Tables>, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  await store.insertInto('findings').values(findings.map(rowOf)).execute();
}

/** The newest finding of each (subject, claim, appraiser, aspect, slot): all that can still count. */
export async function newestFindings(store: Kysely<Tables>): Promise<Finding[]> {
  const rows = await store
    .selectFrom('findings as finding')
    .selectAll('finding')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('findings as newer')
            .select('newer.id')
            .whereRef('newer.subject', '=', 'finding.subject')
            .whereRef('newer.claim', '=', 'finding.claim')
            .whereRef('newer.appraiser', '=', 'finding.appraiser')
            .whereRef('newer.aspect', '=', 'finding.aspect')
            .whereRef('newer.slot', '=', 'finding.slot')
            .whereRef('newer.at', '>', 'finding.at'),
        ),
      ),
    )
    .execute();
  return rows.map(findingOf);
}

/** All findings on a subject, newest first. */
export async function findingHistory(
  store: Kysely<Tables>,
  subject: Subject,
  limit: number,
): Promise<Finding[]> {
  const rows = await store
    .selectFrom('findings')
    .selectAll()
    .where('subject', '=', subjectKey(subject))
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(findingOf);
}

/** Findings that rest on a piece of evidence, the newest first; a few are enough to find it by. */
export async function findingsRestingOn(store: Kysely<Tables>, digest: string): Promise<Finding[]> {
  const rows = await store
    .selectFrom('findings')
    .selectAll()
    .where('premises', 'like', `%"${digest}"%`)
    .orderBy('at', 'desc')
    .limit(8)
    .execute();
  return rows.map(findingOf);
}

/** Marks one finding as cleared, with who and why; the finding itself stays. */
export async function markCleared(store: Kysely<Tables>, finding: Finding): Promise<void> {
  await store
    .updateTable('findings')
    .set({ cleared_by: JSON.stringify(finding.clearedBy) })
    .where('subject', '=', subjectKey(finding.subject))
    .where('claim', '=', finding.claim)
    .where('appraiser', '=', finding.appraiser)
    .where('aspect', '=', finding.aspect)
    .where('at', '=', finding.at)
    .where('code', '=', finding.code)
    .execute();
}

function rowOf(finding: Finding) {
  return {
    subject: subjectKey(finding.subject),
    claim: finding.claim,
    appraiser: finding.appraiser,
    aspect: finding.aspect,
    slot: slotOf(finding),
    value: finding.value,
    code: finding.code,
    at: finding.at,
    holds_until: finding.holdsUntil ?? null,
    premises: JSON.stringify(finding.premises),
    relays: finding.relays ?? null,
    parameters: JSON.stringify(finding.parameters),
    cleared_by: finding.clearedBy === undefined ? null : JSON.stringify(finding.clearedBy),
  };
}

function findingOf(row: Selectable<Tables['findings']>): Finding {
  return {
    subject: parseSubjectKey(row.subject),
    claim: parseClaimName(row.claim),
    appraiser: row.appraiser,
    aspect: row.aspect,
    value: row.value,
    code: row.code,
    at: row.at,
    premises: JSON.parse(row.premises),
    parameters: JSON.parse(row.parameters),
    ...(row.relays === null ? {} : { relays: row.relays }),
    ...(row.holds_until === null ? {} : { holdsUntil: row.holds_until }),
    ...(row.cleared_by === null ? {} : { clearedBy: JSON.parse(row.cleared_by) }),
  };
}
