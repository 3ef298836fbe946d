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

// Test data of the reference implementation of RFC 6962 (google/certificate-transparency, merkletree tests).
const referenceEntries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const referenceRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const node01 = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7';
const node23 = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e';
const node47 = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4';
const node4 = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b';
const node67 = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0';
const node45 = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a';

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
