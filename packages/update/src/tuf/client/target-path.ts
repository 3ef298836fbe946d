import { createHash } from 'node:crypto';
import { KitenError } from '@kiten/codec';
import type { Hashes } from '../metadata/model.ts';
import { fileNameOf } from '../metadata/role-name.ts';

/** Leaves room for what stands before and behind in a file name of 255 octets. */
const longestName = 200;

/**
 * Where a target lies below its base URL (TUF §5.7.3, §6.2): with consistent snapshots its hash stands before the last
 * segment, `dir/HASH.file`. Every segment is encoded.
 *
 * @throws KitenError `update/target-name` for a path with a segment `.` or `..`, which no URL can keep.
 */
export function targetUrlPath(path: string, hashes: Hashes, consistentSnapshot: boolean): string {
  const segments = path.split('/');
  if (path === '' || segments.some((segment) => segment === '.' || segment === '..')) {
    throw new KitenError(
      'update/target-name',
      'A target whose name is empty, or has a segment “.” or “..”, cannot be asked for.',
    );
  }
  const last = segments.pop() ?? '';
  const hash = hashes.get('sha256') ?? hashes.values().next().value;
  const file = consistentSnapshot ? `${hash}.${last}` : last;
  return [...segments, file].map(encodeURIComponent).join('/');
}

/** The name of a target’s file in a directory: the path in one name, or its SHA-256 if that is too long. */
export function targetFileName(path: string): string {
  const name = fileNameOf(path);
  return name.length <= longestName ? name : createHash('sha256').update(path).digest('hex');
}

/** A base URL and what is below it. */
export function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`;
}
