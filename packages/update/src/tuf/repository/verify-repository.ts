import { type Clock, KitenError, type Verify } from '@kiten/codec';
import { targetUrlPath } from '../client/target-path.ts';
import { holdsTarget } from '../client/target-slot.ts';
import { TrustedMetadata } from '../client/trusted-metadata.ts';
import { defaultTufLimits } from '../limits.ts';
import type { PublishedVersions } from './publication.ts';
import { RepositoryDirectory } from './repository-directory.ts';
import { acceptAllTargets, type ListedTarget } from './whole-repository.ts';

export interface VerifyRepositoryOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly verify: Verify;
  /** A root to begin with that came some other way; without it, the repository’s first. */
  readonly root?: Uint8Array;
}

/** What a repository serves, all of it verified. */
export interface VerifiedRepository extends PublishedVersions {
  /** How many target files there are, and hold. */
  readonly files: number;
  /** Milliseconds since 1970 until which all of the metadata holds. */
  readonly expires: number;
}

/**
 * Verifies a repository as all of its clients together would: from the root that they began with to every target.
 *
 * @throws KitenError what a client would refuse, `update/role-file-missing`, `update/target-file-missing` for a target
 * that isn’t there or is another file.
 */
export async function verifyRepository(options: VerifyRepositoryOptions): Promise<VerifiedRepository> {
  return (await verifyTargets(options)).repository;
}

/** As {@link verifyRepository}, with every target that the repository speaks for. */
export async function verifyTargets(
  options: VerifyRepositoryOptions,
): Promise<{ readonly repository: VerifiedRepository; readonly targets: readonly ListedTarget[] }> {
  const files = new RepositoryDirectory(options.directory);
  const { clock, verify } = options;
  const first = options.root ?? (await needed(files.published('root', 1), 'root'));
  const trusted = new TrustedMetadata(first, { started: clock.now(), limits: defaultTufLimits, verify });
  for (;;) {
    const next = await files.published('root', trusted.root.version + 1);
    if (next === undefined) break;
    trusted.acceptRoot(next);
  }
  trusted.checkRoot();
  trusted.acceptTimestamp(await needed(files.published('timestamp'), 'timestamp'));
  const { version } = trusted.timestamp.snapshot;
  trusted.acceptSnapshot(await needed(files.published('snapshot', version), 'snapshot'));
  const roles = new Map<string, Uint8Array>();
  for (const [file, meta] of trusted.snapshot.meta) {
    const role = file.replace(/\.json$/, '');
    roles.set(role, await needed(files.published(role, meta.version), role));
  }
  const listed = acceptAllTargets(trusted, (role) => roles.get(role));
  for (const target of listed) {
    const path = targetUrlPath(target.path, target.hashes, trusted.root.consistentSnapshot);
    if (await holdsTarget(files.targets, path, target)) continue;
    throw new KitenError(
      'update/target-file-missing',
      `The target ${target.path} isn’t there, or is another file.`,
      {
        detail: { path: target.path },
      },
    );
  }
  const { root, timestamp, snapshot, targets } = trusted;
  const versions = Array.from(
    snapshot.meta,
    ([file, meta]) => [file.replace(/\.json$/, ''), meta.version] as const,
  );
  const repository = {
    ...{ root: root.version, timestamp: timestamp.version, snapshot: snapshot.version },
    targets: Object.fromEntries(versions),
    files: listed.length,
    expires: Math.min(root.expires, timestamp.expires, snapshot.expires, targets.expires),
  };
  return { repository, targets: listed };
}

async function needed(file: Promise<Uint8Array | undefined>, role: string): Promise<Uint8Array> {
  const bytes = await file;
  if (bytes !== undefined) return bytes;
  throw new KitenError('update/role-file-missing', `There is no metadata of the role ${role}.`, {
    detail: { role },
  });
}
