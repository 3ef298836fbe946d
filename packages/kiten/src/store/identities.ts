import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Who somebody is at an identity provider (OpenID Connect Core §2: `iss` and `sub`). */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export async function identityOwner(
  store: Kysely<Tables>,
  { issuer, subject }: Identity,
): Promise<string | undefined> {
  const row = await store
    .selectFrom('operator_identities')
    .select('operator')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.operator;
}

export async function insertIdentity(
  store: Kysely<Tables>,
  { issuer, subject }: Identity,
  operator: string,
): Promise<void> {
  await store.insertInto('operator_identities').values({ issuer, subject, operator }).execute();
}

/** Who comes in by an identity provider, each with its issuer. */
export async function managedOperators(store: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const rows = await store.selectFrom('operator_identities').select(['operator', 'issuer']).execute();
  return new Map(rows.map(({ operator, issuer }) => [operator, issuer]));
}

/** The identity provider that an operator comes in by, if it is one. */
export async function managedBy(store: Kysely<Tables>, operator: string): Promise<string | undefined> {
  const row = await store
    .selectFrom('operator_identities')
    .select('issuer')
    .where('operator', '=', operator)
    .executeTakeFirst();
  return row?.issuer;
}
