import { createHash } from 'node:crypto';
import { toHex } from '@kiten/codec';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SortedTree, verifyAbsence, verifyPresence } from '../../src/index.ts';

const hashed = vi.hoisted(() => ({ leaves: 0, nodes: 0 }));

vi.mock('../../src/tree/hashing.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/tree/hashing.ts')>();
  return {
    ...real,
    leafHashInto: (...parameters: Parameters<typeof real.leafHashInto>) => {
      hashed.leaves += 1;
      real.leafHashInto(...parameters);
    },
    nodeHashInto: (...parameters: Parameters<typeof real.nodeHashInto>) => {
      hashed.nodes += 1;
      real.nodeHashInto(...parameters);
    },
  };
});

beforeEach(() => {
  Object.assign(hashed, { leaves: 0, nodes: 0 });
});

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const numbers = (count: number): Buffer[] => Array.from({ length: count }, (_, value) => number(10 * value));

// Few different bytes, so that prefixes, neighbours and repetitions are common.
const item = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: 1, maxLength: 4 });
const itemBytes = item.map((bytes) => Uint8Array.from(bytes));
const set = fc.array(itemBytes, { maxLength: 60 });

describe('a sorted tree', () => {
  it('has the root of the set’s items in the order of their bytes, however they came', () => {
    fc.assert(
      fc.property(set, (items) => {
        const tree = SortedTree.of(items);
        const naive = new NaiveSet(items);
        expect(tree.size).toBe(naive.items.length);
        expect(toHex(tree.root)).toBe(naive.root());
      }),
    );
  });

  it('proves each item present and each other one absent, and nothing else', () => {
    fc.assert(
      fc.property(set, itemBytes, (items, sought) => {
        const tree = SortedTree.of(items);
        const presence = tree.provePresence(sought);
        const absence = tree.proveAbsence(sought);
        const isIn = new NaiveSet(items).items.includes(toHex(sought));
        expect(presence !== undefined && verifyPresence(sought, presence, tree)).toBe(isIn);
        expect(absence !== undefined && verifyAbsence(sought, absence, tree)).toBe(!isIn);
      }),
    );
  });

  it('of nothing has size 0 and the hash of nothing for a root', () => {
    const tree = SortedTree.of([]);
    expect(tree.size).toBe(0);
    expect(toHex(tree.root)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(tree.proveAbsence(number(1))).toEqual({});
  });

  it('proves absence with two neighbours, or one at either end', () => {
    const tree = SortedTree.of(numbers(9));
    expect(tree.proveAbsence(number(35))).toMatchObject({
      before: { index: 3, item: Uint8Array.from(number(30)) },
      after: { index: 4, item: Uint8Array.from(number(40)) },
    });
    expect(Object.keys(tree.proveAbsence(Buffer.of(0))!)).toEqual(['after']);
    expect(tree.proveAbsence(Buffer.of(0))!.after!.index).toBe(0);
    expect(Object.keys(tree.proveAbsence(Buffer.of(1))!)).toEqual(['before']);
    expect(tree.proveAbsence(Buffer.of(1))!.before!.index).toBe(8);
  });

  it('keeps its items when those that were handed in or out change', () => {
    const mine = number(7);
    const tree = SortedTree.of([mine]);
    const root = toHex(tree.root);
    mine.fill(9);
    tree.root.fill(0);
    tree.proveAbsence(number(8))!.before!.item.fill(0);
    expect(toHex(tree.root)).toBe(root);
    expect(tree.provePresence(number(7))).toBeDefined();
  });

  it.each([0, 257])('refuses an item of %i bytes', (length) => {
    const wrong = Buffer.alloc(length);
    const refusal = expect.objectContaining({ name: 'KitenError', code: 'ledger/item-unsuitable' });
    expect(() => SortedTree.of([wrong])).toThrow(refusal);
    expect(() => SortedTree.of([]).with([], [wrong])).toThrow(refusal);
    expect(() => SortedTree.of([]).proveAbsence(wrong)).toThrow(refusal);
    expect(SortedTree.of([Buffer.alloc(256)]).size).toBe(1);
  });
});

describe('a change', () => {
  it('leads to the tree of the changed set, one after the other', () => {
    fc.assert(
      fc.property(set, fc.array(fc.tuple(set, set), { maxLength: 5 }), (items, changes) => {
        const naive = new NaiveSet(items);
        let tree = SortedTree.of(items);
        for (const [added, removed] of changes) {
          const before = toHex(tree.root);
          const next = tree.with(added, removed);
          expect(toHex(tree.root)).toBe(before);
          naive.remove(removed);
          naive.add(added);
          tree = next;
          expect(tree.size).toBe(naive.items.length);
          expect(toHex(tree.root)).toBe(naive.root());
        }
      }),
    );
  });

  it('at any place of a tree of any size up to 20 leads to the right tree, proofs included', () => {
    for (let size = 0; size <= 20; size += 1) {
      const tree = SortedTree.of(numbers(size));
      for (let place = 0; place <= size; place += 1) {
        const between = place === 0 ? Buffer.of(0) : number(10 * place - 5);
        const here = place < size ? [number(10 * place)] : [];
        for (const [added, removed] of [
          [[between], []] as const,
          [[], here] as const,
          [[between], here] as const,
        ]) {
          const changed = tree.with(added, removed);
          const naive = new NaiveSet(numbers(size));
          naive.remove(removed);
          naive.add(added);
          expect(toHex(changed.root)).toBe(naive.root());
          for (const hex of naive.items) {
            const bytes = Buffer.from(hex, 'hex');
            expect(verifyPresence(bytes, changed.provePresence(bytes)!, changed)).toBe(true);
          }
        }
      }
    }
  });

  it('that changes nothing is the tree itself', () => {
    const tree = SortedTree.of(numbers(5));
    expect(tree.with([number(10)], [number(11)])).toBe(tree);
    expect(tree.with([number(10)], [number(10)])).toBe(tree);
  });

  it.each([
    ['behind the last item', [number(99_999)], [], 1, 12],
    ['of the last item away', [], [number(9990)], 0, 10],
    ['of one item for another in its place', [number(5001)], [number(5000)], 1, 10],
    ['before the first item', [Buffer.of(0)], [], 1, 1000],
    ['in the middle', [number(5001)], [], 1, 510],
  ])('%s hashes only what is new', (_, added, removed, leaves, nodes) => {
    const tree = SortedTree.of(numbers(1000));
    expect(hashed).toEqual({ leaves: 1000, nodes: 999 });
    Object.assign(hashed, { leaves: 0, nodes: 0 });
    tree.with(added, removed);
    expect(hashed.leaves).toBe(leaves);
    expect(hashed.nodes).toBeLessThanOrEqual(nodes);
  });
});

/** A set as an array of hexadecimal texts, and RFC 9162 §2.1.1 word for word. */
class NaiveSet {
  items: string[] = [];

  constructor(items: readonly Uint8Array[]) {
    this.add(items);
  }

  add(items: readonly Uint8Array[]): void {
    this.items = [...new Set([...this.items, ...items.map(toHex)])].sort();
  }

  remove(items: readonly Uint8Array[]): void {
    const gone = items.map(toHex);
    this.items = this.items.filter((each) => !gone.includes(each));
  }

  root(): string {
    const leaves = this.items.map((hex) => sha256(Buffer.of(0), Buffer.from(hex, 'hex')));
    return (leaves.length === 0 ? sha256() : naiveRoot(leaves)).toString('hex');
  }
}

function naiveRoot(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0]!;
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return sha256(Buffer.of(1), naiveRoot(hashes.slice(0, split)), naiveRoot(hashes.slice(split)));
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
