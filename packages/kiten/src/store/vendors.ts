import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A TPM vendor's root, and for whom it counts. */
export interface KeptVendor {
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  readonly name: string;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly kind: string;
  readonly target: string;
  readonly addedBy: string;
  /** Milliseconds since the Unix epoch. */
  readonly addedAt: number;
}

export async function storedVendors(store: Kysely<Tables>): Promise<KeptVendor[]> {
  const rows = await store.selectFrom('tpm_vendors').selectAll().orderBy('name').execute();
  return rows.map(({ added_by, added_at, ...row }) => ({ ...row, addedBy: added_by, addedAt: added_at }));
}

export async function putVendor(store: Kysely<Tables>, vendor: KeptVendor): Promise<void> {
  const { addedBy, addedAt, ...rest } = vendor;
  const row = { ...rest, added_by: addedBy, added_at: addedAt };
  await store
    .insertInto('tpm_vendors')
    .values(row)
    .onConflict((conflict) => conflict.column('fingerprint').doUpdateSet(row))
    .execute();
}

export async function deleteVendor(store: Kysely<Tables>, fingerprint: string): Promise<void> {
  await store.deleteFrom('tpm_vendors').where('fingerprint', '=', fingerprint).execute();
}
