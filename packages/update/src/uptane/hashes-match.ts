import type { Hashes } from '../tuf/metadata/model.ts';

/** Whether two files are said to have the same hashes, by the same functions. */
export function hashesMatch(left: Hashes, right: Hashes): boolean {
  if (left.size !== right.size) return false;
  for (const [name, hash] of left) if (right.get(name) !== hash) return false;
  return true;
}

/**
 * Whether two hashes of an image can be of one file: those by functions that both have are the same, and there is one. An
 * ECU need not have computed all that the repositories list.
 */
export function hashesAgree(left: Hashes, right: Hashes): boolean {
  const common = [...left].filter(([name]) => right.has(name));
  return common.length > 0 && common.every(([name, hash]) => right.get(name) === hash);
}
