import { compareBytes, encodeCbor, KitenError, toHex } from '@kiten/codec';
import { type Bundle, bundleLimits } from './bundle.ts';
import { leafValue } from './bundle-value.ts';
import { decodeStatedFacts } from './signed-facts.ts';

/**
 * Checks that steps rest on nodes before them and that nothing is idle or there twice (docs/verdict-bundle.md,
 * Checking, 5 and 6). Which key a key id names is not looked at, only that there are as many.
 *
 * @throws KitenError `trust/bundle-malformed`, `trust/bundle-idle`, and what `readUnverifiedFacts` throws for one of the
 *   statements
 */
export function mustBeTight({ keys, leaves, steps }: Bundle): void {
  if (hasTwice(leaves.map((leaf) => encodeCbor(leafValue(leaf)))))
    throw idle('No two leaves of a bundle are the same.');
  if (hasTwice(keys)) throw idle('No two keys of a bundle are the same.');

  const signers = new Set<string>();
  /** By node, the leaf that yields it. */
  const owners: number[] = [];
  for (const [index, leaf] of leaves.entries()) {
    const stated = leaf.kind === 'statement' ? decodeStatedFacts(leaf.statement) : undefined;
    if (stated !== undefined) signers.add(toHex(stated.keyId));
    const yielded = stated?.facts.length ?? 1;
    for (let count = 0; count < yielded; count += 1) owners.push(index);
  }
  if (signers.size !== keys.length) throw idle('The keys of a bundle are those that signed its statements.');
  if (owners.length + steps.length > bundleLimits.nodes) {
    throw malformed(`The leaves and steps of a bundle yield at most ${bundleLimits.nodes} atoms.`);
  }
  mustBeUsed(leaves.length, owners, steps);
}

function mustBeUsed(leaves: number, owners: readonly number[], steps: Bundle['steps']): void {
  const usedLeaves = new Set<number>();
  const usedSteps = new Set<number>([steps.length - 1]);
  for (const [step, [, ...premises]] of steps.entries()) {
    for (const node of premises) {
      if (node >= owners.length + step)
        throw malformed('A step rests on a node that is not before it.', { step });
      const owner = owners[node];
      if (owner === undefined) usedSteps.add(node - owners.length);
      else usedLeaves.add(owner);
    }
  }
  if (usedLeaves.size < leaves) throw idle('A leaf of the bundle is a premise of no step.');
  if (usedSteps.size < steps.length) throw idle('A step of the bundle is a premise of no other.');
}

function hasTwice(list: readonly Uint8Array[]): boolean {
  const sorted = list.toSorted(compareBytes);
  return sorted.some((bytes, index) => index > 0 && compareBytes(bytes, sorted[index - 1]!) === 0);
}

function idle(sentence: string): KitenError {
  return new KitenError('trust/bundle-idle', sentence);
}

function malformed(sentence: string, detail: Readonly<Record<string, number>> = {}): KitenError {
  return new KitenError('trust/bundle-malformed', sentence, { detail });
}
