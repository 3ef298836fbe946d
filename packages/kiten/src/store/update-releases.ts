import type { TargetFile } from '@kiten/update';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What is said of a target, and since when. */
export interface KeptTargetFile {
  readonly target: string;
  readonly file: TargetFile;
  readonly publishedBy: string;
  readonly publishedAt: number;
  /** How long the log was before it had the release. */
  readonly logSize: number;
  /** When the repository ceased to speak for it. */
  readonly withdrawnAt?: number;
}

export async function storedReleases(store: Kysely<Tables>): Promise<KeptTargetFile[]> {
  const rows = await store.selectFrom('update_releases').selectAll().orderBy('published_at').execute();
  return rows.map((row) => ({
    target: row.target,
    file: {
      length: row.length,
      hashes: new Map(Object.entries(JSON.parse(row.hashes) as Record<string, string>)),
      custom: JSON.parse(row.custom) as Record<string, unknown>,
    },
    ...{ publishedBy: row.published_by, publishedAt: row.published_at, logSize: row.log_size },
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: row.withdrawn_at }),
  }));
}

export async function putRelease(store: Kysely<Tables>, kept: KeptTargetFile): Promise<void> {
  const { target, file, publishedBy, publishedAt, logSize, withdrawnAt } = kept;
  const row = {
    ...{ target, length: file.length, hashes: JSON.stringify(Object.fromEntries(file.hashes)) },
    ...{ custom: JSON.stringify(file.custom ?? {}), log_size: logSize, withdrawn_at: withdrawnAt ?? null },
    ...{ published_by: publishedBy, published_at: publishedAt },
  };
  await store
    .insertInto('update_releases')
    .values(row)
    .onConflict((conflict) => conflict.column('target').doUpdateSet(row))
    .execute();
}
