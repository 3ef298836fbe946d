import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leafHash, merkleRoot, parseCheckpoint, verifyConsistency, verifyInclusion } from '../src/index.ts';
import { appendInGroups, openTestLedger, temporaryDirectory, testEntry } from './support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });

describe('a ledger', () => {
  it('proves its entries and its growth against each checkpoint that it published', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    const seen: string[] = [];
    for (const count of [1, 99, 156, 300]) {
      await appendInGroups(ledger, [count]);
      await ledger.publish();
      seen.push(ledger.checkpoint());
      const now = parseCheckpoint(Buffer.from(ledger.checkpoint()));
      for (const text of seen) {
        const { size, root } = parseCheckpoint(Buffer.from(text));
        expect(await ledger.rootOf(size)).toEqual(Buffer.from(root));
        const link = await ledger.proveConsistency(size);
        expect(verifyConsistency(size, now.size, root, now.root, link)).toBe(true);
        const index = size - 1;
        const proof = await ledger.proveInclusion(index, size);
        expect(verifyInclusion(leafHash(testEntry(index)), index, size, proof, root)).toBe(true);
        const path = await ledger.proveInclusion(index);
        expect(verifyInclusion(leafHash(testEntry(index)), index, now.size, path, now.root)).toBe(true);
      }
    }
    await ledger.close();
  });

  it('proves what is published, not yet what is only appended', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    expect(await ledger.rootOf()).toEqual(Buffer.from(merkleRoot([])));
    expect(await ledger.proveConsistency(0)).toEqual([]);
    await appendInGroups(ledger, [3]);
    await expect(ledger.proveInclusion(0)).rejects.toThrow(refusal('ledger/no-such-entry'));
    await ledger.publish();
    expect(await ledger.proveInclusion(0)).toHaveLength(2);
    await ledger.close();
  });

  it('proves nothing from tiles that were changed', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [300]);
    await ledger.publish();
    const path = join(directory, 'tile/0/000');
    const bytes = await readFile(path);
    bytes[70]! ^= 1;
    await writeFile(path, bytes);
    await expect(ledger.proveInclusion(7)).rejects.toThrow(refusal('ledger/tile-changed'));
    await expect(ledger.proveConsistency(100)).rejects.toThrow(refusal('ledger/tile-changed'));
    await ledger.close();
  });
});
