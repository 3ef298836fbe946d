import { KitenError, toHex } from '@kiten/codec';
import type { RootMetadata, SnapshotMetadata, TimestampMetadata, TopLevelRole } from '../metadata/model.ts';

/**
 * A newer timestamp names no older snapshot, and is not older itself (TUF §5.4.3).
 *
 * @throws KitenError `update/rollback`.
 */
export function checkTimestampProgress(trusted: TimestampMetadata, next: TimestampMetadata): void {
  if (next.version < trusted.version) throw rollback('timestamp', trusted.version, next.version);
  if (next.version > trusted.version && next.snapshot.version < trusted.snapshot.version) {
    throw rollback('snapshot', trusted.snapshot.version, next.snapshot.version);
  }
}

/**
 * A newer snapshot lists every targets role that the trusted one lists, and none in an older version (TUF §5.5.5).
 *
 * @throws KitenError `update/rollback`, `update/role-missing`.
 */
export function checkSnapshotProgress(trusted: SnapshotMetadata, next: SnapshotMetadata): void {
  for (const [file, { version }] of trusted.meta) {
    const found = next.meta.get(file);
    if (found === undefined) {
      throw new KitenError('update/role-missing', `The new snapshot no longer lists ${file}.`, {
        detail: { file },
      });
    }
    if (found.version < version) throw rollback(file.replace(/\.json$/, ''), version, found.version);
  }
}

/**
 * Whether a new root takes a key away from a role: its signatures may be those of whoever stole it, with versions so
 * high that nothing could follow them (fast-forward, TUF §5.3.11).
 */
export function isRotated(before: RootMetadata, after: RootMetadata, role: TopLevelRole): boolean {
  const kept = keysOf(after, role);
  return [...keysOf(before, role)].some((key) => !kept.has(key));
}

/** The keys themselves, whatever ids they stand under. */
function keysOf(root: RootMetadata, role: TopLevelRole): ReadonlySet<string> {
  const keyIds = root.roles.get(role)?.keyIds ?? [];
  return new Set(
    keyIds.map((keyId) => {
      const material = root.keys.get(keyId)?.material;
      return material === undefined ? keyId : toHex(material.publicKey);
    }),
  );
}

function rollback(role: string, trusted: number, found: number): KitenError {
  return new KitenError(
    'update/rollback',
    `Version ${found} of ${role} is offered after version ${trusted}: an older state is passed off as new.`,
    { detail: { role, trusted, found } },
  );
}
