import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, merkleRoot, parseCheckpoint, partialTiles, tilePath } from '../src/index.ts';
import {
  allEntries,
  appendInGroups,
  filesBelow,
  imageOf,
  modeOf,
  openTestLedger,
  temporaryDirectory,
  testEntry,
  testSigner,
  verify,
} from './support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });

describe('appending', () => {
  it('gives each entry its index, in the order of the calls', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    const indexes = await Promise.all(
      Array.from({ length: 300 }, (_, index) => ledger.append(testEntry(index))),
    );
    expect(indexes).toEqual(Array.from({ length: 300 }, (_, index) => index));
    expect(await ledger.append(testEntry(300))).toBe(300);
    expect(await allEntries(ledger)).toEqual(Array.from({ length: 301 }, (_, index) => testEntry(index)));
    await ledger.close();
  });

  it('copies the bytes at once', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    const entry = Buffer.from('as it was');
    const appended = ledger.append(entry);
    entry.fill(0);
    await appended;
    expect(Buffer.from(await ledger.entryAt(0)).toString()).toBe('as it was');
    await ledger.close();
  });

  it('has it on the disk before it says so', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    for (let index = 0; index < 5; index += 1) {
      await ledger.append(testEntry(index));
      const segment = await readFile(join(directory, 'segment-0000000000000000'));
      expect(segment.includes(testEntry(index))).toBe(true);
    }
    await ledger.close();
  });

  it('takes entries of 0 to 4096 bytes, and no more', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    await Promise.all([ledger.append(new Uint8Array(0)), ledger.append(Buffer.alloc(4096, 1))]);
    await expect(ledger.append(Buffer.alloc(4097))).rejects.toThrow(refusal('ledger/entry-too-large'));
    expect((await allEntries(ledger)).map(({ length }) => length)).toEqual([0, 4096]);
    await ledger.close();
  });

  it('spreads what is too much for one frame over several', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    const entries = Array.from({ length: 5000 }, (_, index) => Buffer.from(String(index)));
    const large = Array.from({ length: 200 }, (_, index) => Buffer.alloc(4096, 1 + (index % 250)));
    await Promise.all([...entries, ...large].map((entry) => ledger.append(entry)));
    expect(await allEntries(ledger)).toEqual([...entries, ...large]);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true, entries: 5200 });
  });

  it('is refused once the ledger is closed', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    await ledger.close();
    await expect(ledger.append(testEntry(0))).rejects.toThrow(refusal('ledger/closed'));
    await ledger.close();
  });
});

describe('opening', () => {
  it('goes on where it stopped, however the entries were grouped and the segments cut', async () => {
    const groups = fc.array(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 6 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(groups, fc.constantFrom(300, 3000, 1_000_000), async (sessions, segmentBytes) => {
        const directory = await temporaryDirectory();
        let size = 0;
        for (const session of sessions) {
          const ledger = await openTestLedger(directory, { segmentBytes, preallocateBytes: 1024 });
          expect(ledger.size).toBe(size);
          expect(ledger.tornTail).toBeUndefined();
          await appendInGroups(ledger, session);
          size = ledger.size;
          await ledger.close();
        }
        const ledger = await openTestLedger(directory);
        expect(await allEntries(ledger)).toEqual(
          Array.from({ length: size }, (_, index) => testEntry(index)),
        );
        await ledger.close();
        expect(await verify(directory)).toMatchObject({ intact: true, entries: size, problems: [] });
      }),
      { numRuns: 12 },
    );
  });

  it('is refused while the ledger is open', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await expect(openTestLedger(directory)).rejects.toThrow(refusal('ledger/in-use'));
    await ledger.close();
    await (await openTestLedger(directory)).close();
  });

  it('is refused with another key, and allowed when the old key is named', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await ledger.append(testEntry(0));
    await ledger.close();
    const signer = testSigner(2);
    await expect(openTestLedger(directory, { signer })).rejects.toThrow(refusal('ledger/checkpoint-forged'));
    const previousKeys = [testSigner(1).publicKey];
    const turned = await openTestLedger(directory, { signer, previousKeys });
    await turned.append(testEntry(1));
    await turned.close();
    await (await openTestLedger(directory, { signer })).close();
  });

  it('is refused for another origin, for an origin that cannot be a key’s name, and for other keys than Ed25519', async () => {
    const directory = await temporaryDirectory();
    await (await openTestLedger(directory)).close();
    await expect(openTestLedger(directory, { origin: 'b.example/log' })).rejects.toThrow(
      refusal('ledger/other-log'),
    );
    await expect(openTestLedger(directory, { origin: 'two words' })).rejects.toThrow(
      refusal('ledger/origin-unsuitable'),
    );
    const signer = { ...testSigner(), publicKey: new Uint8Array(91) };
    await expect(openTestLedger(directory, { signer })).rejects.toThrow(refusal('ledger/key-unsuitable'));
  });

  it('is refused when the segments end before the checkpoint, or are not those it was signed for', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { segmentBytes: 2000 });
    await appendInGroups(ledger, [10, 10, 10, 10]);
    const early = await imageOf(directory);
    await ledger.publish();
    await ledger.close();
    const names = (await readdir(directory)).filter((name) => name.startsWith('segment-')).sort();
    await rm(join(directory, names.at(-1)!));
    await expect(openTestLedger(directory)).rejects.toThrow(refusal('ledger/rolled-back'));
    await rm(join(early, 'checkpoint'));
    await expect(openTestLedger(early)).rejects.toThrow(refusal('ledger/checkpoint-missing'));
  });

  it('publishes the tiles anew when they are gone', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { segmentBytes: 20_000 });
    await appendInGroups(ledger, [300, 300]);
    await ledger.close();
    const before = await filesBelow(directory);
    await rm(join(directory, 'tile'), { recursive: true });
    const again = await openTestLedger(directory);
    await again.close();
    expect(await filesBelow(directory)).toEqual(before);
  });

  it('is refused when damage is where the tail is looked for', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [3, 3]);
    await ledger.close();
    const path = join(directory, 'segment-0000000000000000');
    const bytes = await readFile(path);
    bytes[200]! ^= 1;
    await writeFile(path, bytes);
    await expect(openTestLedger(directory)).rejects.toThrow(refusal('ledger/damaged'));
  });
});

describe('reading', () => {
  it('yields any range, across frames and segments', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { segmentBytes: 3000 });
    await appendInGroups(ledger, [1, 40, 1, 1, 30, 27]);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 100 }), fc.nat({ max: 100 }), async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const expected = Array.from({ length: to - from }, (_, place) => testEntry(from + place));
        expect(await allEntries(ledger, from, to)).toEqual(expected);
        if (from < 100) expect(Buffer.from(await ledger.entryAt(from))).toEqual(testEntry(from));
      }),
      { numRuns: 40 },
    );
    await expect(ledger.entryAt(100)).rejects.toThrow(refusal('ledger/no-such-entry'));
    await expect(allEntries(ledger, 3, 2)).rejects.toThrow(refusal('ledger/no-such-entry'));
    await ledger.close();
  });

  it('does not pass on an entry that was changed on the disk', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [5]);
    const path = join(directory, 'segment-0000000000000000');
    const bytes = await readFile(path);
    const at = bytes.indexOf(testEntry(2));
    bytes[at]! ^= 1;
    await writeFile(path, bytes);
    await expect(ledger.entryAt(2)).rejects.toMatchObject({
      code: 'ledger/damaged',
      detail: { file: 'segment-0000000000000000', offset: at - 2, index: 2 },
    });
    await expect(ledger.close()).rejects.toThrow(refusal('ledger/damaged'));
  });
});

describe('publishing', () => {
  it.each([1, 255, 256, 257, 600])('has every tile and bundle of a tree of %i entries', async (size) => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { segmentBytes: 30_000 });
    await appendInGroups(ledger, [size]);
    await ledger.publish();
    const entries = Array.from({ length: size }, (_, index) => testEntry(index));
    const leaves = entries.map(leafHash);
    const checkpoint = parseCheckpoint(await readFile(join(directory, 'checkpoint')));
    expect(checkpoint).toMatchObject({ size, root: Uint8Array.from(merkleRoot(leaves)) });
    expect(ledger.checkpoint()).toBe((await readFile(join(directory, 'checkpoint'))).toString());
    for (let first = 0; first < size; first += 256) {
      const width = Math.min(256, size - first);
      const tile = await readFile(join(directory, tilePath(0, first / 256, width)));
      expect(tile).toEqual(Buffer.concat(leaves.slice(first, first + width)));
      const bundle = await readFile(join(directory, tilePath('entries', first / 256, width)));
      const records = entries.slice(first, first + width).map((entry) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(entry.length);
        return Buffer.concat([length, entry]);
      });
      expect(bundle).toEqual(Buffer.concat(records));
    }
    for (const { level, index, width } of partialTiles(size).slice(size % 256 === 0 ? 0 : 1)) {
      const parents = await readFile(join(directory, tilePath(level, index, width)));
      const expected = Array.from({ length: width }, (_, place) =>
        merkleRoot(leaves.slice(place * 256, place * 256 + 256)),
      );
      expect(parents).toEqual(Buffer.concat(expected));
    }
    await ledger.close();
  });

  it('keeps the partial tiles of every checkpoint until the full tile is there', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    for (const count of [100, 50]) {
      await appendInGroups(ledger, [count]);
      await ledger.publish();
    }
    expect(await readdir(join(directory, 'tile/0/000.p'))).toEqual(['100', '150']);
    await appendInGroups(ledger, [120]);
    await ledger.publish();
    expect((await readdir(join(directory, 'tile/0'))).sort()).toEqual(['000', '001.p']);
    expect((await readdir(join(directory, 'tile/entries'))).sort()).toEqual(['000', '001.p']);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true });
  });

  it('happens by itself after the interval, once for many entries', async () => {
    const sizes: number[] = [];
    let published: (() => void) | undefined;
    const once = new Promise<void>((resolve) => {
      published = resolve;
    });
    const ledger = await openTestLedger(await temporaryDirectory(), {
      publishInterval: 40,
      onCheckpoint: ({ size }) => {
        sizes.push(size);
        if (size === 20) published?.();
      },
    });
    await appendInGroups(
      ledger,
      Array.from({ length: 20 }, () => 1),
    );
    await once;
    expect(sizes.length).toBeLessThan(10);
    await ledger.close();
    expect(sizes.at(-1)).toBe(20);
  });

  it('does not sign entries that were changed on the disk after they were appended', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [4]);
    const path = join(directory, 'segment-0000000000000000');
    const bytes = await readFile(path);
    bytes[bytes.indexOf(testEntry(1))]! ^= 1;
    await writeFile(path, bytes);
    await expect(ledger.publish()).rejects.toThrow(refusal('ledger/damaged'));
    expect(parseCheckpoint(await readFile(join(directory, 'checkpoint')))).toMatchObject({ size: 0 });
    await expect(ledger.close()).rejects.toThrow(refusal('ledger/damaged'));
  });

  it('that fails takes nothing back and succeeds later', async () => {
    const directory = await temporaryDirectory();
    const problems: string[] = [];
    const ledger = await openTestLedger(directory, {
      publishInterval: 20,
      onProblem: ({ code }) => problems.push(code),
    });
    await writeFile(join(directory, 'tile'), 'in the way');
    await appendInGroups(ledger, [300]);
    await expect(ledger.publish()).rejects.toThrow(refusal('ledger/publish-failed'));
    await expect.poll(() => problems).toContain('ledger/publish-failed');
    await rm(join(directory, 'tile'));
    await expect.poll(() => ledger.checkpoint()).toContain('\n300\n');
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true, entries: 300 });
  });

  it('leaves files that only their owner reads', async () => {
    const directory = join(await temporaryDirectory(), 'made', 'here');
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [3]);
    await ledger.close();
    expect(await modeOf(directory)).toBe(0o700);
    for (const path of ['tile', 'tile/0', 'tile/0/000.p', 'pending']) {
      expect([path, await modeOf(join(directory, path))]).toEqual([path, 0o700]);
    }
    for (const path of (await filesBelow(directory)).keys()) {
      expect([path, await modeOf(join(directory, path))]).toEqual([path, 0o600]);
    }
  });
});
