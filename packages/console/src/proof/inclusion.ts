import { concatBytes, equalBytes } from '@kiten/codec';
import { sha256 } from './web-cryptography.ts';

/**
 * Where an audit path leads from an entry at an index in a tree of so many: the root, if the path is one of that place
 * (RFC 9162 §2.1.3.2); undefined if it is not. Hashed here, by the browser.
 */
export async function rootBy(
  entry: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Promise<Uint8Array | undefined> {
  if (index >= size) return undefined;
  let [hash, at, last] = [await leafHashOf(entry), index, size - 1];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = await nodeHashOf(sibling, hash);
      // A node without a sibling rises to where it has one.
      while (at % 2 === 0 && at > 0) [at, last] = [half(at), half(last)];
    } else hash = await nodeHashOf(hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? hash : undefined;
}

export function leafHashOf(entry: Uint8Array): Promise<Uint8Array> {
  return sha256(concatBytes(Uint8Array.of(0), entry));
}

const nodeHashOf = (left: Uint8Array, right: Uint8Array): Promise<Uint8Array> =>
  sha256(concatBytes(Uint8Array.of(1), left, right));

/** Sizes go beyond 32 bits, where a shift would wrap. */
const half = (value: number): number => Math.floor(value / 2);

export async function isIncluded(
  entry: Uint8Array,
  index: number,
  path: readonly Uint8Array[],
  tree: { readonly size: number; readonly root: Uint8Array },
): Promise<boolean> {
  const root = await rootBy(entry, index, tree.size, path);
  return root !== undefined && equalBytes(root, tree.root);
}
