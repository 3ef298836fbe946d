import { fromBase64, toBase64 } from '@kiten/codec';
import type { Kysely } from 'kysely';
import { forgetDeviceSecrets } from './device-secrets.ts';
import type { Tables } from './tables.ts';

/** The TPM and the key that speak for a device. */
export interface KeptAttester {
  readonly device: string;
  /** TPMT_PUBLIC. */
  readonly attestationKey: Uint8Array;
  readonly endorsementKey: Uint8Array;
  /** DER. */
  readonly endorsementCertificate?: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
  /** Milliseconds since the Unix epoch. */
  readonly activatedAt: number;
}

/** What is remembered of a device's last evidence that answered a nonce of its own. */
export interface KeptState {
  readonly device: string;
  /** Encoded; what the next evidence goes on from. */
  readonly state?: Uint8Array;
  /** What this evidence went on from. */
  readonly before?: Uint8Array;
  readonly nonce: Uint8Array;
  readonly evidence: string;
  readonly receivedAt: number;
}

export async function storedAttesters(store: Kysely<Tables>): Promise<KeptAttester[]> {
  const rows = await store.selectFrom('attesters').selectAll().execute();
  return rows.map((row) => ({
    device: row.device,
    attestationKey: row.attestation_key,
    endorsementKey: row.endorsement_key,
    ...(row.endorsement_certificate === null ? {} : { endorsementCertificate: row.endorsement_certificate }),
    intermediates: (JSON.parse(row.intermediates) as string[]).map(fromBase64),
    activatedAt: row.activated_at,
  }));
}

export async function putAttester(store: Kysely<Tables>, attester: KeptAttester): Promise<void> {
  const row = {
    device: attester.device,
    attestation_key: attester.attestationKey,
    endorsement_key: attester.endorsementKey,
    endorsement_certificate: attester.endorsementCertificate ?? null,
    intermediates: JSON.stringify(attester.intermediates.map(toBase64)),
    activated_at: attester.activatedAt,
  };
  await store
    .insertInto('attesters')
    .values(row)
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}

export async function storedStates(store: Kysely<Tables>): Promise<KeptState[]> {
  const rows = await store.selectFrom('attester_states').selectAll().execute();
  return rows.map((row) => ({
    device: row.device,
    ...(row.state === null ? {} : { state: row.state }),
    ...(row.before_state === null ? {} : { before: row.before_state }),
    nonce: row.nonce,
    evidence: row.evidence,
    receivedAt: row.received_at,
  }));
}

export async function putState(store: Kysely<Tables>, kept: KeptState): Promise<void> {
  const row = {
    device: kept.device,
    state: kept.state ?? null,
    before_state: kept.before ?? null,
    nonce: kept.nonce,
    evidence: kept.evidence,
    received_at: kept.receivedAt,
  };
  await store
    .insertInto('attester_states')
    .values(row)
    .onConflict((conflict) => conflict.column('device').doUpdateSet(row))
    .execute();
}

/** Forgets the TPM of a device, and all that was remembered of it. */
export async function forgetAttester(store: Kysely<Tables>, device: string): Promise<void> {
  await store.deleteFrom('attesters').where('device', '=', device).execute();
  await store.deleteFrom('attester_states').where('device', '=', device).execute();
  await forgetDeviceSecrets(store, device);
}
