import type { SecretFingerprint, SecretKind } from '@kiten/attestation';
import { fromHex, toHex } from '@kiten/codec';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

const salt = 'secret-salt';
const saltBytes = 32;

/** What fingerprints of secrets are made under at this site; drawn at its first need, and kept beside them. */
export async function secretSalt(
  store: Kysely<Tables>,
  random: (bytes: number) => Uint8Array,
): Promise<Uint8Array> {
  await store
    .insertInto('facts')
    .values({ name: salt, value: toHex(random(saltBytes)) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await store
    .selectFrom('facts')
    .select('value')
    .where('name', '=', salt)
    .executeTakeFirstOrThrow();
  return fromHex(value);
}

/** A secret of a device, as the device named it. */
export interface DeviceSecret {
  readonly device: string;
  readonly kind: SecretKind;
  readonly label: string;
  /** Of its fingerprint, hexadecimal. */
  readonly digest: string;
}

/** Who else has one of these secrets. @param digests hexadecimal, 1,024 at most */
export async function devicesWithSecrets(
  store: Kysely<Tables>,
  digests: readonly string[],
  except: string,
  limit: number,
): Promise<DeviceSecret[]> {
  if (digests.length === 0) return [];
  const rows = await store
    .selectFrom('device_secrets')
    .selectAll()
    .where('digest', 'in', digests)
    .where('device', '!=', except)
    .orderBy('device')
    .limit(limit)
    .execute();
  return rows as DeviceSecret[];
}

/** What a device said last of its secrets takes the place of what it said before. */
export async function putDeviceSecrets(
  store: Kysely<Tables>,
  device: string,
  fingerprints: readonly SecretFingerprint[],
): Promise<void> {
  const rows = new Map(
    fingerprints.map(({ kind, label: said, digest: octets }) => {
      const digest = toHex(octets);
      // What a device says is a text for people: no database takes every text.
      const label = said.slice(0, 200).toWellFormed().replaceAll('\0', ' ');
      return [`${kind} ${digest} ${label}`, { device, kind, label, digest }];
    }),
  );
  const kept = await store.selectFrom('device_secrets').selectAll().where('device', '=', device).execute();
  if (kept.length === rows.size && kept.every((row) => rows.has(`${row.kind} ${row.digest} ${row.label}`)))
    return;
  await forgetDeviceSecrets(store, device);
  if (rows.size > 0)
    await store
      .insertInto('device_secrets')
      .values([...rows.values()])
      .execute();
}

export async function forgetDeviceSecrets(store: Kysely<Tables>, device: string): Promise<void> {
  await store.deleteFrom('device_secrets').where('device', '=', device).execute();
}
