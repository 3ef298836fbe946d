import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Reference values without their content. */
export interface KeptReference {
  /** `sha256:` and the digest of the CoRIM, unsigned. */
  readonly digest: string;
  readonly name: string;
  /** The name of the key that it is signed with, and whom it names as its signer. */
  readonly signedBy?: string;
  readonly issuer?: string;
  readonly addedBy: string;
  /** Milliseconds since the Unix epoch. */
  readonly addedAt: number;
}

/** Whom reference values are addressed to. */
export interface KeptTarget {
  readonly digest: string;
  readonly kind: string;
  readonly target: string;
}

/** Whose signature on reference values counts. */
export interface KeptReferenceKey {
  readonly name: string;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly addedBy: string;
  readonly addedAt: number;
}

/** All of them, each with its content as it came. */
export async function storedReferences(
  store: Kysely<Tables>,
): Promise<(KeptReference & { readonly content: Uint8Array })[]> {
  const rows = await store.selectFrom('reference_values').selectAll().orderBy('added_at').execute();
  return rows.map(({ digest, name, content, signed_by, issuer, added_by, added_at }) => ({
    ...{ digest, name, content, addedBy: added_by, addedAt: added_at },
    ...(signed_by === null ? {} : { signedBy: signed_by }),
    ...(issuer === null ? {} : { issuer }),
  }));
}

export async function insertReference(
  store: Kysely<Tables>,
  { digest, name, signedBy, issuer, addedBy, addedAt }: KeptReference,
  content: Uint8Array,
): Promise<void> {
  await store
    .insertInto('reference_values')
    .values({
      ...{ digest, name, content, added_by: addedBy, added_at: addedAt },
      ...{ signed_by: signedBy ?? null, issuer: issuer ?? null },
    })
    .execute();
}

export async function deleteReference(store: Kysely<Tables>, digest: string): Promise<void> {
  await store.deleteFrom('reference_targets').where('digest', '=', digest).execute();
  await store.deleteFrom('reference_values').where('digest', '=', digest).execute();
}

/** The content as it came, with its signature if it has one. */
export async function referenceContent(
  store: Kysely<Tables>,
  digest: string,
): Promise<Uint8Array | undefined> {
  const row = await store
    .selectFrom('reference_values')
    .select('content')
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row?.content;
}

/** The content, and the key that it is signed with if it is; undefined if there are no such reference values. */
export async function storedReference(
  store: Kysely<Tables>,
  digest: string,
): Promise<{ readonly content: Uint8Array; readonly publicKey?: Uint8Array } | undefined> {
  const row = await store
    .selectFrom('reference_values')
    .leftJoin('reference_keys', 'reference_keys.name', 'reference_values.signed_by')
    .select(['reference_values.content', 'reference_keys.public_key'])
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { content, public_key: publicKey } = row;
  return publicKey === null ? { content } : { content, publicKey };
}

export async function storedTargets(store: Kysely<Tables>): Promise<KeptTarget[]> {
  return store.selectFrom('reference_targets').select(['digest', 'kind', 'target']).execute();
}

export async function insertTarget(
  store: Kysely<Tables>,
  target: KeptTarget,
  addedBy: string,
  at: number,
): Promise<void> {
  await store
    .insertInto('reference_targets')
    .values({ ...target, added_by: addedBy, added_at: at })
    .onConflict((conflict) => conflict.columns(['digest', 'kind', 'target']).doNothing())
    .execute();
}

export async function deleteTarget(
  store: Kysely<Tables>,
  { digest, kind, target }: KeptTarget,
): Promise<void> {
  await store
    .deleteFrom('reference_targets')
    .where('digest', '=', digest)
    .where('kind', '=', kind)
    .where('target', '=', target)
    .execute();
}

export async function storedReferenceKeys(store: Kysely<Tables>): Promise<KeptReferenceKey[]> {
  const rows = await store.selectFrom('reference_keys').selectAll().orderBy('name').execute();
  return rows.map(({ name, public_key, added_by, added_at }) => ({
    ...{ name, publicKey: public_key, addedBy: added_by, addedAt: added_at },
  }));
}

export async function insertReferenceKey(store: Kysely<Tables>, key: KeptReferenceKey): Promise<void> {
  const { name, publicKey, addedBy, addedAt } = key;
  await store
    .insertInto('reference_keys')
    .values({ name, public_key: publicKey, added_by: addedBy, added_at: addedAt })
    .execute();
}

export async function deleteReferenceKey(store: Kysely<Tables>, name: string): Promise<void> {
  await store.deleteFrom('reference_keys').where('name', '=', name).execute();
}
