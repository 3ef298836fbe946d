import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AbsenceProof,
  type AuditPath,
  type Neighbour,
  SortedTree,
  type SortedTreeHead,
  verifyAbsence,
  verifyPresence,
} from '../../src/index.ts';

/** Item number n, with room for others on both sides. */
const item = (number: number): Uint8Array => Uint8Array.of(10, number, 1);
/** What stands right before item number n. */
const gap = (number: number): Uint8Array => Uint8Array.of(10, number, 0);
const treeOf = (size: number): SortedTree => SortedTree.of(Array.from({ length: size }, (_, at) => item(at)));

interface Claim {
  readonly item: Uint8Array;
  readonly proof: AbsenceProof;
  readonly head: SortedTreeHead;
}

const holds = ({ item, proof, head }: Claim): boolean => verifyAbsence(item, proof, head);

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
  return changed;
}

/** All the ways in which a path can be changed at one place. */
function otherPaths(path: readonly Uint8Array[], at: number, bit: number): Uint8Array[][] {
  const place = at % (path.length + 1);
  const extra = [...path.slice(0, place), new Uint8Array(32), ...path.slice(place)];
  if (place === path.length) return [extra];
  return [
    extra,
    path.toSpliced(place, 1),
    path.with(place, flipped(path[place]!, bit)),
    path.with(place, Uint8Array.of(...path[place]!, 0)),
    path.with(place, path[place]!.slice(1)),
  ];
}

function otherNeighbours(neighbour: Neighbour, at: number, bit: number): (Neighbour | undefined)[] {
  const { index, item, path } = neighbour;
  const indexes = [
    index - 1,
    index + 1,
    index + at + 2,
    index + 0.5,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  return [
    undefined,
    ...indexes.map((other) => ({ ...neighbour, index: other })),
    { ...neighbour, item: flipped(item, bit) },
    { ...neighbour, item: Uint8Array.of(...item, 0) },
    { ...neighbour, item: new Uint8Array(0) },
    { ...neighbour, item: new Uint8Array(5000) },
    ...otherPaths(path, at, bit).map((other) => ({ ...neighbour, path: other })),
  ];
}

/** Without a member that is undefined. */
const proofOf = (before: Neighbour | undefined, after: Neighbour | undefined): AbsenceProof => ({
  ...(before && { before }),
  ...(after && { after }),
});

const sizes = fc.integer({ min: 0, max: 40 });

describe('a proof of absence', () => {
  it('fails with anything in it changed', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), fc.nat(), (size, place, at, bit) => {
        const tree = treeOf(size);
        const sought = gap(place % (size + 1));
        const proof = tree.proveAbsence(sought)!;
        const { before, after } = proof;
        const claim: Claim = { item: sought, proof, head: { size, root: tree.root } };
        expect(holds(claim)).toBe(true);
        const proofs = [
          ...(before ? otherNeighbours(before, at, bit).map((other) => proofOf(other, after)) : []),
          ...(after ? otherNeighbours(after, at, bit).map((other) => proofOf(before, other)) : []),
          ...(size > 0
            ? [proofOf(after, before)]
            : [proofOf({ index: -1, path: [], item: item(0) }, undefined)]),
        ];
        for (const other of proofs) expect(holds({ ...claim, proof: other })).toBe(false);
        expect(holds({ ...claim, head: { size, root: flipped(tree.root, bit) } })).toBe(false);
        expect(holds({ ...claim, head: { size, root: tree.root.slice(1) } })).toBe(false);
      }),
    );
  });

  it('fails for every item that doesn’t stand in just that gap', () => {
    const tree = treeOf(12);
    const head = { size: 12, root: tree.root };
    for (let place = 0; place <= 12; place += 1) {
      const proof = tree.proveAbsence(gap(place))!;
      for (let other = 0; other <= 12; other += 1) {
        expect(holds({ item: gap(other), proof, head })).toBe(other === place);
        if (other < 12) expect(holds({ item: item(other), proof, head })).toBe(false);
      }
    }
    for (const length of [0, 257]) {
      expect(holds({ item: new Uint8Array(length), proof: tree.proveAbsence(gap(0))!, head })).toBe(false);
    }
  });

  it('fails against the tree that has grown or shrunk since, by whichever item', () => {
    for (const size of [0, 1, 2, 3, 7, 8, 9, 16]) {
      const tree = treeOf(size);
      for (let place = 0; place <= size; place += 1) {
        const proof = tree.proveAbsence(gap(place))!;
        for (let other = 0; other <= size; other += 1) {
          const grown = tree.with([gap(other)]);
          expect(holds({ item: gap(place), proof, head: grown })).toBe(false);
          if (other === size) continue;
          const shrunk = tree.with([], [item(other)]);
          expect(holds({ item: gap(place), proof, head: shrunk })).toBe(false);
          const exchanged = tree.with([gap(other)], [item(other)]);
          expect(holds({ item: gap(place), proof, head: exchanged })).toBe(false);
        }
      }
    }
  });

  it('in an empty tree fails with a root that is not that of nothing', () => {
    const { root } = SortedTree.of([]);
    expect(holds({ item: gap(0), proof: {}, head: { size: 0, root } })).toBe(true);
    expect(holds({ item: gap(0), proof: {}, head: { size: 0, root: treeOf(1).root } })).toBe(false);
    expect(holds({ item: gap(0), proof: {}, head: { size: 1, root } })).toBe(false);
  });
});

describe('a proof of presence', () => {
  it('fails with anything in it changed, and for any other item', () => {
    fc.assert(
      fc.property(
        sizes.filter((size) => size > 0),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (size, place, at, bit) => {
          const tree = treeOf(size);
          const sought = item(place % size);
          const proof = tree.provePresence(sought)!;
          expect(verifyPresence(sought, proof, tree)).toBe(true);
          const { index, path } = proof;
          const others: AuditPath[] = [
            ...[index - 1, index + 1, size, index + 0.5, Number.NaN].map((other) => ({ index: other, path })),
            ...otherPaths(path, at, bit).map((other) => ({ index, path: other })),
          ];
          for (const other of others) expect(verifyPresence(sought, other, tree)).toBe(false);
          expect(verifyPresence(gap(place % size), proof, tree)).toBe(false);
          expect(verifyPresence(sought, proof, { size, root: flipped(tree.root, bit) })).toBe(false);
          expect(verifyPresence(sought, proof, tree.with([gap(size)]))).toBe(false);
          expect(verifyPresence(sought, proof, tree.with([], [item(size - 1)]))).toBe(false);
        },
      ),
    );
  });
});

// A root doesn't tell its size (RFC 9162 §2.1.1), so that a head is signed as a whole. What if a size was wrong?
describe('a size that is not the root’s', () => {
  it('fails a proof unless all its leaves stand where they stood', () => {
    for (let size = 1; size <= 20; size += 1) {
      const tree = treeOf(size);
      for (let place = 0; place <= size; place += 1) {
        const proof = tree.proveAbsence(gap(place))!;
        const indexes = [proof.before, proof.after].flatMap((each) =>
          each === undefined ? [] : [each.index],
        );
        for (let claimed = 0; claimed <= 40; claimed += 1) {
          const fits =
            (proof.after !== undefined || claimed === size) &&
            indexes.every((index) => index < claimed && turns(index, claimed) === turns(index, size));
          expect(holds({ item: gap(place), proof, head: { size: claimed, root: tree.root } })).toBe(fits);
        }
      }
    }
  });

  it('never lets the tree’s own leaves prove that one of them is absent', () => {
    const accepted: Claim[] = [];
    const lies: Claim[] = [];
    for (let size = 1; size <= 8; size += 1) {
      const tree = treeOf(size);
      const items = Array.from({ length: size }, (_, at) => item(at));
      const leaves = [
        undefined,
        ...items.map((each) => ({ item: each, path: tree.provePresence(each)!.path })),
      ];
      const pairs = leaves.flatMap((before) => leaves.map((after) => [before, after] as const));
      for (const [before, after] of pairs) {
        for (let claimed = 0; claimed <= 12; claimed += 1) {
          for (let place = 0; place <= claimed; place += 1) {
            const proof = proofOf(
              before && { ...before, index: place - 1 },
              after && { ...after, index: place },
            );
            const head = { size: claimed, root: tree.root };
            lies.push(...items.map((each) => ({ item: each, proof, head })).filter(holds));
            const between = before === undefined ? gap(0) : Uint8Array.of(...before.item, 0);
            if (claimed !== size) accepted.push(...[{ item: between, proof, head }].filter(holds));
          }
        }
      }
    }
    expect(lies).toEqual([]);
    // It is not that nothing was accepted at all.
    expect(accepted.length).toBeGreaterThan(0);
  });
});

/** The turns from the root to a leaf, by the definition of the tree (RFC 9162 §2.1.1). */
function turns(index: number, size: number): string {
  if (size === 1) return '';
  const split = 2 ** Math.floor(Math.log2(size - 1));
  return index < split ? `L${turns(index, split)}` : `R${turns(index - split, size - split)}`;
}
