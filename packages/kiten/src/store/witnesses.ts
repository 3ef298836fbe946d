import type { Suspicion, WitnessState } from '@kiten/ledger';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A witness that this site's log asks, and what came of it. */
export interface AskedWitness {
  readonly name: string;
  /** Its submission prefix. */
  readonly url: string;
  /** Its C2SP verifier key. */
  readonly key: string;
  /** PEM of a CA that its server is trusted under. */
  readonly ca?: string;
  /** The size that it cosigned last. */
  readonly size: number;
  readonly cosignedAt?: number;
  /** Why it does not cosign, as a code. */
  readonly problem?: string;
}

/** A log that this site is a witness for. */
export interface FollowedLog {
  readonly origin: string;
  readonly keys: readonly string[];
  readonly size: number;
  readonly cosignedAt?: number;
}

/** Two signed notes of one log that do not go together. */
export interface KeptSuspicion extends Suspicion {
  readonly at: number;
}

const keptSuspicions = 1000;

export async function askedWitnesses(store: Kysely<Tables>): Promise<AskedWitness[]> {
  const rows = await store.selectFrom('witnesses').selectAll().orderBy('name').execute();
  return rows.map(({ name, url, key, ca, size, cosigned_at, problem }) => ({
    name,
    url,
    key,
    size,
    ...(ca === null ? {} : { ca }),
    ...(cosigned_at === null ? {} : { cosignedAt: cosigned_at }),
    ...(problem === null ? {} : { problem }),
  }));
}

export async function putWitness(store: Kysely<Tables>, witness: AskedWitness): Promise<void> {
  const row = {
    name: witness.name,
    url: witness.url,
    key: witness.key,
    ca: witness.ca ?? null,
    size: witness.size,
    cosigned_at: witness.cosignedAt ?? null,
    problem: witness.problem ?? null,
  };
  await store
    .insertInto('witnesses')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** @returns whether it was there */
export async function deleteWitness(store: Kysely<Tables>, name: string): Promise<boolean> {
  const { numDeletedRows } = await store.deleteFrom('witnesses').where('name', '=', name).executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function followedLogs(store: Kysely<Tables>): Promise<FollowedLog[]> {
  const rows = await store.selectFrom('followed_logs').selectAll().orderBy('origin').execute();
  return rows.map(({ origin, keys, size, cosigned_at }) => ({
    origin,
    keys: JSON.parse(keys) as string[],
    size,
    ...(cosigned_at === null ? {} : { cosignedAt: cosigned_at }),
  }));
}

/** Adds a log or gives a known one other keys; what was cosigned for it stays on record. */
export async function putFollowedLog(
  store: Kysely<Tables>,
  origin: string,
  keys: readonly string[],
): Promise<void> {
  const row = { origin, keys: JSON.stringify(keys) };
  await store
    .insertInto('followed_logs')
    .values({ ...row, size: 0, root: null, note: null, cosigned_at: null })
    .onConflict((conflict) => conflict.column('origin').doUpdateSet(row))
    .execute();
}

export async function witnessState(store: Kysely<Tables>, origin: string): Promise<WitnessState | undefined> {
  const row = await store
    .selectFrom('followed_logs')
    .select(['size', 'root', 'note'])
    .where('origin', '=', origin)
    .executeTakeFirst();
  return row === undefined || row.root === null || row.note === null
    ? undefined
    : { size: row.size, root: row.root, note: row.note };
}

/** In one statement, so that of two that expect the same only one comes about. */
export async function replaceWitnessState(
  store: Kysely<Tables>,
  origin: string,
  expectedSize: number,
  { size, root, note }: WitnessState,
  at: number,
): Promise<boolean> {
  const { numUpdatedRows } = await store
    .updateTable('followed_logs')
    .set({ size, root, note, cosigned_at: at })
    .where('origin', '=', origin)
    .where('size', '=', expectedSize)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Keeps a pair of notes once. @returns whether it is new */
export async function addSuspicion(
  store: Kysely<Tables>,
  { kind, origin, cosigned, submitted }: Suspicion,
  at: number,
): Promise<boolean> {
  const known = await store
    .selectFrom('suspicions')
    .select('id')
    .where('origin', '=', origin)
    .where('known', '=', cosigned)
    .where('offered', '=', submitted)
    .executeTakeFirst();
  if (known !== undefined) return false;
  const { id } = await store
    .insertInto('suspicions')
    .values({ at, origin, code: kind, known: cosigned, offered: submitted })
    .returning('id')
    .executeTakeFirstOrThrow();
  await store
    .deleteFrom('suspicions')
    .where('id', '<=', id - keptSuspicions)
    .execute();
  return true;
}

export async function keptSuspicionsOf(store: Kysely<Tables>, limit: number): Promise<KeptSuspicion[]> {
  const rows = await store.selectFrom('suspicions').selectAll().orderBy('id', 'desc').limit(limit).execute();
  return rows.map(({ at, origin, code, known, offered }) => ({
    at,
    origin,
    kind: code as Suspicion['kind'],
    cosigned: known,
    submitted: offered,
  }));
}
