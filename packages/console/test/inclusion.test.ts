import { inclusionProof, leafHash, merkleRoot, rangeHashOf } from '@kiten/ledger';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isIncluded } from '../src/proof/inclusion.ts';

it('an audit path of the log is accepted by the browser, and no other', async () => {
  const cases = fc
    .integer({ min: 1, max: 70 })
    .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  await fc.assert(
    fc.asyncProperty(cases, fc.nat(255), async ([size, index], flip) => {
      const entries = Array.from({ length: size }, (_, at) => Uint8Array.of(at, at * 7));
      const hashes = entries.map((entry) => leafHash(entry));
      const range = rangeHashOf(hashes);
      const tree = { size, root: merkleRoot(hashes) };
      const path = inclusionProof(index, size, range);
      const entry = entries[index]!;
      expect(await isIncluded(entry, index, path, tree)).toBe(true);
      expect(await isIncluded(Uint8Array.of(flip, 1, 2), index, path, tree)).toBe(false);
      expect(await isIncluded(entry, index, [...path, hashes[0]!], tree)).toBe(false);
      if (path.length > 0) expect(await isIncluded(entry, index, path.slice(1), tree)).toBe(false);
      if (size > 1) expect(await isIncluded(entry, (index + 1) % size, path, tree)).toBe(false);
      expect(await isIncluded(entry, index, path, { ...tree, size: size * 2 + 1 })).toBe(false);
    }),
  );
});
