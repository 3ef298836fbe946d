import { type CborValue, concatBytes } from '@kiten/codec';
import { type Bundle, type BundleLeaf, bundleFormat, leafKinds, type Neighbour } from './bundle.ts';

/** A bundle as the array of eight that it is encoded as. */
export function bundleValue({ rules, checkpoint, keys, leaves, steps, goal }: Bundle): CborValue {
  return [
    bundleFormat.name,
    bundleFormat.version,
    [rules.digest, rules.text ?? null],
    checkpoint,
    [...keys],
    leaves.map(leafValue),
    steps.map((step) => [...step]),
    [...goal],
  ];
}

/** A leaf as the array that it is encoded as. */
export function leafValue(leaf: BundleLeaf): CborValue {
  const kind = leafKinds[leaf.kind];
  switch (leaf.kind) {
    case 'root':
      return [kind, leaf.keyId, leaf.role];
    case 'statement':
      return [kind, leaf.index, concatBytes(...leaf.path), leaf.statement];
    case 'absence':
      return [kind, leaf.mark.kind, leaf.mark.value, neighbourValue(leaf.left), neighbourValue(leaf.right)];
    case 'presence':
      return [kind, leaf.mark.kind, leaf.mark.value, leaf.index, concatBytes(...leaf.path)];
  }
}

function neighbourValue(neighbour: Neighbour | null): CborValue {
  return neighbour === null ? null : [neighbour.index, neighbour.mark, concatBytes(...neighbour.path)];
}
