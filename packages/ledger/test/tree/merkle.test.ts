import { createHash } from 'node:crypto';
import { fromHex, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  rangeHashOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';
import { TileEdge } from '../../src/tree/tile-edge.ts';
import {
  node4,
  node01,
  node23,
  node45,
  node47,
  node67,
  referenceEntries,
  referenceRoots,
} from './reference-tree.ts';

const leaves = referenceEntries.map((entry) => leafHash(fromHex(entry)));
const range = rangeHashOf(leaves);
const hex = (path: readonly Uint8Array[]): string[] => path.map(toHex);

describe('the Merkle tree of RFC 9162 §2.1', () => {
  it.each(referenceRoots.map((root, size) => [size, root] as const))(
    'has the reference root of %i leaves',
    (size, root) => {
      expect(toHex(merkleRoot(leaves.slice(0, size)))).toBe(root);
    },
  );

  it('has the reference inclusion proofs', () => {
    expect(hex(inclusionProof(0, 1, range))).toEqual([]);
    expect(hex(inclusionProof(0, 8, range))).toEqual([node01, node23, node47]);
    expect(hex(inclusionProof(5, 8, range))).toEqual([node4, node67, referenceRoots[4]]);
    expect(hex(inclusionProof(2, 3, range))).toEqual([referenceRoots[2]]);
    expect(hex(inclusionProof(1, 5, range))).toEqual([referenceRoots[1], node23, node4]);
  });

  it('has the reference consistency proofs', () => {
    expect(hex(consistencyProof(1, 1, range))).toEqual([]);
    expect(hex(consistencyProof(1, 8, range))).toEqual([node01, node23, node47]);
    expect(hex(consistencyProof(6, 8, range))).toEqual([node45, node67, referenceRoots[4]]);
    expect(hex(consistencyProof(2, 5, range))).toEqual([node23, node4]);
  });
});

const forest = Array.from({ length: 70 }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));
const forestRange = rangeHashOf(forest);
const sizes = fc.integer({ min: 1, max: forest.length });

describe('proofs', () => {
  it('of inclusion verify for their own leaf, place, size and root, and for no other', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, place, other) => {
        const index = place % size;
        const proof = inclusionProof(index, size, forestRange);
        const root = naiveRoot(forest.slice(0, size));
        expect(verifyInclusion(forest[index]!, index, size, proof, root)).toBe(true);
        const wrong = other % forest.length;
        if (wrong !== index) {
          expect(verifyInclusion(forest[wrong]!, index, size, proof, root)).toBe(false);
          expect(verifyInclusion(forest[index]!, wrong, size, proof, root)).toBe(false);
        }
        expect(verifyInclusion(forest[index]!, index, size, [...proof, root], root)).toBe(false);
        if (proof.length > 0) {
          expect(verifyInclusion(forest[index]!, index, size, proof.slice(1), root)).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of consistency verify for every pair of sizes, and not for another root', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const proof = consistencyProof(from, to, forestRange);
        const [old, now] = [naiveRoot(forest.slice(0, from)), naiveRoot(forest.slice(0, to))];
        expect(verifyConsistency(from, to, old, now, proof)).toBe(true);
        expect(verifyConsistency(from, to, leafHash(old), now, proof)).toBe(false);
        expect(verifyConsistency(from, to, old, leafHash(now), proof)).toBe(false);
        expect(verifyConsistency(from, to, old, now, [...proof, old])).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(from, to, old, now, proof.slice(0, -1))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('refuse sizes that are none', () => {
    const [leaf] = leaves;
    expect(verifyInclusion(leaf!, -1, 1, [], leaf!)).toBe(false);
    expect(verifyInclusion(leaf!, 1, 1, [], leaf!)).toBe(false);
    expect(verifyInclusion(leaf!, 0.5, 1, [], leaf!)).toBe(false);
    expect(verifyConsistency(0, 1, leaf!, leaf!, [])).toBe(false);
    expect(verifyConsistency(2, 1, leaf!, leaf!, [])).toBe(false);
  });
});

describe('the right edge', () => {
  it('has the root of the recursive definition at every size', () => {
    const edge = new TileEdge();
    for (const [index, leaf] of forest.entries()) {
      edge.add(Buffer.from(leaf), 0, () => undefined);
      expect(toHex(edge.root())).toBe(toHex(naiveRoot(forest.slice(0, index + 1))));
    }
  });

  it('completes tiles that hold the hashes of the full tiles below', () => {
    const full: { level: number; index: number; bytes: Buffer }[] = [];
    const many = Array.from({ length: 600 }, (_, index) => leafHash(Buffer.from(`many ${index}`)));
    const edge = new TileEdge();
    for (const leaf of many)
      edge.add(Buffer.from(leaf), 0, (tile) => full.push({ ...tile, bytes: Buffer.from(tile.bytes) }));
    expect(full.map(({ level, index }) => [level, index])).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(full[1]!.bytes).toEqual(Buffer.concat(many.slice(256, 512)));
    const [leavesTile, parents] = edge.partial();
    expect(leavesTile!.bytes).toEqual(Buffer.concat(many.slice(512)));
    expect(parents!.bytes).toEqual(
      Buffer.concat([naiveRoot(many.slice(0, 256)), naiveRoot(many.slice(256, 512))]),
    );
    expect(toHex(edge.root())).toBe(toHex(naiveRoot(many)));
    expect(toHex(edge.clone().root())).toBe(toHex(naiveRoot(many)));
  });
});

/** RFC 9162 §2.1.1 word for word, sharing nothing with the code under test. */
function naiveRoot(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 1) return Buffer.from(hashes[0]!);
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  const [left, right] = [naiveRoot(hashes.slice(0, split)), naiveRoot(hashes.slice(split))];
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}
