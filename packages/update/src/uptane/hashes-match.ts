import type { Hashes } from '../tuf/metadata/model.ts';

/** Whether two files are said to have the same hashes, by the same functions. */
export function hashesMatch(left: Hashes, right: Hashes): boolean {
  if (left.size !== right.size) return false;
  for (const [name, hash] of left) if (right.get(name) !== hash) return false;
  return true;
}
