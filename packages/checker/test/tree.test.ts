import { describe, expect, test } from 'vitest';
import { parseTrust } from '../src/index.ts';
import { isIn } from '../src/tree.ts';
import { nodeCryptography, sha256 } from './support/keys.ts';
import { makePeople, trustFile } from './support/people.ts';
import { leafHash, pathOf, rootOf } from './support/tree.ts';
import { now } from './support/world.ts';

const trust = parseTrust(JSON.stringify(trustFile(makePeople())));
const basis = { now, trust, cryptography: nodeCryptography, place: {} };
const entries = Array.from({ length: 70 }, (_, index) => Buffer.from(`entry ${index}`) as Uint8Array);
const hashes = entries.map(leafHash);

describe('an audit path', () => {
  test('leads to the root from each index of trees of each size, and from no other', async () => {
    for (let size = 1; size <= 70; size += 1) {
      const leaves = hashes.slice(0, size);
      const tree = { size, root: rootOf(leaves) };
      for (let index = 0; index < size; index += size > 20 ? 7 : 1) {
        const path = pathOf(index, leaves);
        expect(await isIn(tree, [index, entries[index]!, path], basis)).toBe(true);
        for (const other of [index - 1, index + 1, size, size + index]) {
          if (other >= 0) expect(await isIn(tree, [other, entries[index]!, path], basis)).toBe(false);
        }
        expect(await isIn(tree, [index, entries[(index + 1) % 70]!, path], basis)).toBe(false);
        expect(await isIn(tree, [index, entries[index]!, Uint8Array.of(...path, ...hashes[0]!)], basis)).toBe(
          false,
        );
        if (path.length === 0) continue;
        expect(await isIn(tree, [index, entries[index]!, path.subarray(32)], basis)).toBe(false);
        expect(await isIn({ ...tree, size: size * 2 + 1 }, [index, entries[index]!, path], basis)).toBe(
          false,
        );
      }
    }
  });

  test('leads through trees of more than 2^32 leaves', async () => {
    // A path on which every node is the left child, and one on which the leaf is the last and alone at each level.
    const siblings = Array.from({ length: 52 }, (_, index) => sha256(Buffer.of(index)));
    const up = siblings.reduce((left, right) => sha256(Uint8Array.of(1), left, right), hashes[0]!);
    const path = new Uint8Array(Buffer.concat(siblings));
    expect(await isIn({ size: 2 ** 52, root: up }, [0, entries[0]!, path], basis)).toBe(true);
    expect(await isIn({ size: 2 ** 51, root: up }, [0, entries[0]!, path], basis)).toBe(false);
    const last = sha256(Uint8Array.of(1), siblings[0]!, hashes[0]!);
    expect(await isIn({ size: 2 ** 52 + 1, root: last }, [2 ** 52, entries[0]!, siblings[0]!], basis)).toBe(
      true,
    );
    expect(await isIn({ size: 2 ** 52 + 2, root: last }, [2 ** 52, entries[0]!, siblings[0]!], basis)).toBe(
      false,
    );
  });

  test('is nothing in a tree of one leaf, and leads nowhere in a tree of none', async () => {
    expect(await isIn({ size: 1, root: hashes[0]! }, [0, entries[0]!, new Uint8Array(0)], basis)).toBe(true);
    expect(await isIn({ size: 0, root: hashes[0]! }, [0, entries[0]!, new Uint8Array(0)], basis)).toBe(false);
  });

  test('does not take a node for a leaf', async () => {
    const [left, right] = hashes as [Uint8Array, Uint8Array];
    const root = rootOf(hashes.slice(0, 2));
    const node = Uint8Array.of(...left, ...right);
    expect(await isIn({ size: 1, root }, [0, node, new Uint8Array(0)], basis)).toBe(false);
  });
});

// The tree over these inputs stands in the tests of the Certificate Transparency reference implementation.
test('the roots are those of Certificate Transparency', async () => {
  const inputs = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const data = inputs.map((input) => new Uint8Array(Buffer.from(input, 'hex')));
  for (const [at, root] of roots.entries()) {
    const leaves = data.slice(0, at + 1).map(leafHash);
    expect(Buffer.from(rootOf(leaves)).toString('hex')).toBe(root);
    const tree = { size: at + 1, root: new Uint8Array(Buffer.from(root, 'hex')) };
    for (const [index, entry] of data.slice(0, at + 1).entries()) {
      expect(await isIn(tree, [index, entry, pathOf(index, leaves)], basis)).toBe(true);
    }
  }
});
