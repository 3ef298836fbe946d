import { fromBase64, toBase64 } from '@kiten/codec';
import { sha256Hex } from '@kiten/identity';
import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';

/** A proof that policies keep the invariants: found by the prover, and checked by other code than that. */
export interface PolicyProof {
  readonly proven: readonly string[];
  /** `docs/policy-certificate.md`; undefined if there are no invariants. */
  readonly certificate: Uint8Array | undefined;
}

/** What a proof is about, as texts. */
export interface Proved {
  readonly policies: string;
  readonly invariants: string;
}

interface Kept {
  readonly about: string;
  readonly proven: readonly string[];
  /** In base64. */
  readonly certificate?: string;
}

const fact = 'policy-proof';
const digestOf = ({ policies, invariants }: Proved): string =>
  sha256Hex(new TextEncoder().encode(JSON.stringify([policies, invariants])));

/** The proof as it is kept, if it is that of these policies. */
export async function loadProof(database: Database, proved: Proved): Promise<PolicyProof | undefined> {
  const found = await database
    .selectFrom('facts')
    .select('value')
    .where('name', '=', fact)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { about, proven, certificate } = JSON.parse(found.value) as Kept;
  if (about !== digestOf(proved)) return undefined;
  return { proven, certificate: certificate === undefined ? undefined : fromBase64(certificate) };
}

export async function storeProof(
  store: Transaction<Tables>,
  proved: Proved,
  { proven, certificate }: PolicyProof,
): Promise<void> {
  const kept: Kept = {
    about: digestOf(proved),
    proven,
    ...(certificate === undefined ? {} : { certificate: toBase64(certificate) }),
  };
  const value = JSON.stringify(kept);
  await store
    .insertInto('facts')
    .values({ name: fact, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** What the log has of a proof: how many invariants, and the SHA-256 of the certificate. */
export function logged({ proven, certificate }: PolicyProof): Readonly<Record<string, string | number>> {
  return {
    invariants: proven.length,
    ...(certificate === undefined ? {} : { certificate: sha256Hex(certificate) }),
  };
}
