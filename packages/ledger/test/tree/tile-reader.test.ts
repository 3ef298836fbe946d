import { fromHex, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  rangeHashOf,
  TileReader,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';
import { tilePrefix } from '../../src/tree/tile-prefix.ts';
import { type MemoryLog, memoryLog } from '../memory-log.ts';
import { testEntry } from '../support.ts';
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

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const hex = (path: readonly Uint8Array[]): string[] => path.map(toHex);

function readerOf(log: MemoryLog, size = log.leaves.length): TileReader {
  return new TileReader(log, { size, root: merkleRoot(log.leaves.slice(0, size)) });
}

describe('proofs from tiles', () => {
  const reader = readerOf(memoryLog(referenceEntries.map(fromHex)));

  it('are those of the reference tree', async () => {
    expect(toHex(await reader.rootOf())).toBe(referenceRoots[8]);
    expect(hex(await reader.proveInclusion(0))).toEqual([node01, node23, node47]);
    expect(hex(await reader.proveInclusion(5))).toEqual([node4, node67, referenceRoots[4]]);
    expect(hex(await reader.proveConsistency(1))).toEqual([node01, node23, node47]);
    expect(hex(await reader.proveConsistency(6))).toEqual([node45, node67, referenceRoots[4]]);
  });

  it('are those of earlier sizes too', async () => {
    for (const [size, root] of referenceRoots.entries()) expect(toHex(await reader.rootOf(size))).toBe(root);
    expect(hex(await reader.proveInclusion(0, 1))).toEqual([]);
    expect(hex(await reader.proveInclusion(2, 3))).toEqual([referenceRoots[2]]);
    expect(hex(await reader.proveInclusion(1, 5))).toEqual([referenceRoots[1], node23, node4]);
    expect(hex(await reader.proveConsistency(1, 1))).toEqual([]);
    expect(hex(await reader.proveConsistency(2, 5))).toEqual([node23, node4]);
    expect(await reader.proveConsistency(0, 5)).toEqual([]);
  });

  it('are those from the leaves, whatever the sizes, across levels of tiles', async () => {
    const log = memoryLog(Array.from({ length: 66_500 }, (_, index) => Buffer.from(`entry ${index}`)));
    const range = rangeHashOf(log.leaves);
    const heads = [66_500, 66_048, 65_536, 65_535, 1025, 256].map((size) => readerOf(grown(log, size), size));
    const places = fc.tuple(fc.constantFrom(...heads), fc.nat(), fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(places, async ([at, a, b, c]) => {
        const size = 1 + (a % at.size);
        const [index, from] = [b % size, 1 + (c % size)];
        const [proof, link] = [await at.proveInclusion(index, size), await at.proveConsistency(from, size)];
        expect(hex(proof)).toEqual(hex(inclusionProof(index, size, range)));
        expect(hex(link)).toEqual(hex(consistencyProof(from, size, range)));
        const [root, old] = [await at.rootOf(size), await at.rootOf(from)];
        expect(verifyInclusion(await at.leafHashAt(index), index, size, proof, root)).toBe(true);
        expect(verifyConsistency(from, size, old, root, link)).toBe(true);
        expect(Buffer.from(await at.entryAt(index)).toString()).toBe(`entry ${index}`);
      }),
      { numRuns: 60 },
    );
  });

  it('need few tiles, and none twice', async () => {
    const log = memoryLog(Array.from({ length: 66_500 }, (_, index) => Buffer.from(`entry ${index}`)));
    const at = readerOf(log);
    await Promise.all([at.proveInclusion(300), at.proveInclusion(301), at.proveInclusion(66_000)]);
    await at.proveInclusion(302);
    expect(log.reads.length).toBe(new Set(log.reads).size);
    expect(log.reads.length).toBeLessThan(10);
  });

  it.each([
    ['an index beyond the size', (at: TileReader) => at.proveInclusion(3, 3)],
    ['a size beyond the checkpoint', (at: TileReader) => at.proveInclusion(0, 9)],
    ['a negative index', (at: TileReader) => at.proveInclusion(-1)],
    ['half an index', (at: TileReader) => at.proveInclusion(0.5)],
    ['an earlier size that is later', (at: TileReader) => at.proveConsistency(3, 2)],
    ['a root beyond the checkpoint', (at: TileReader) => at.rootOf(9)],
    ['a root of no size', (at: TileReader) => at.rootOf(Number.NaN)],
    ['an entry beyond the checkpoint', (at: TileReader) => at.entryAt(8)],
    ['a tile of no level', (at: TileReader) => at.tile(-1, 0)],
    ['a tile beyond the checkpoint', (at: TileReader) => at.tile(0, 1)],
    ['half a tile', (at: TileReader) => at.tile(0, 0.5)],
  ])('are refused for %s', async (_, ask) => {
    await expect(ask(reader)).rejects.toThrow(refusal('ledger/no-such-entry'));
  });
});

describe('a source of tiles', () => {
  const log = memoryLog(Array.from({ length: 700 }, (_, index) => testEntry(index)));

  it('is not believed when any byte of any file differs', async () => {
    const tiles = [...log.files.keys()].filter((path) => path.startsWith('tile/'));
    expect(tiles.length).toBe(7);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...tiles),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (...flip) => {
          const at = readerOf(flipped(log, ...flip));
          const entries = await Promise.allSettled(log.leaves.map((_, index) => at.entryAt(index)));
          expect(entries.some(({ status }) => status === 'rejected')).toBe(true);
          for (const [index, entry] of entries.entries()) {
            if (entry.status === 'fulfilled') expect(Buffer.from(entry.value)).toEqual(testEntry(index));
            else expect(entry.reason.code).toMatch(/^ledger\/(tile-changed|bundle-changed|root-mismatch)$/);
          }
          const proofs = [await settled(at.proveInclusion(699)), await settled(at.proveConsistency(300))];
          const range = rangeHashOf(log.leaves);
          const right = [inclusionProof(699, 700, range), consistencyProof(300, 700, range)];
          for (const [place, proof] of proofs.entries())
            expect([undefined, hex(right[place]!)]).toContainEqual(proof);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is not believed when it is another log of the same size', async () => {
    const other = memoryLog(log.leaves.map((_, index) => testEntry(index + 1)));
    const at = new TileReader(other, { size: 700, root: merkleRoot(log.leaves) });
    await expect(at.rootOf()).rejects.toThrow(refusal('ledger/root-mismatch'));
    await expect(at.entryAt(3)).rejects.toThrow(refusal('ledger/root-mismatch'));
  });

  it('may change its bytes after they were checked', async () => {
    const files = new Map([...log.files].map(([path, bytes]) => [path, Buffer.from(bytes)]));
    const at = readerOf({ ...log, read: async (path) => files.get(path) });
    const before = hex(await at.proveInclusion(5));
    for (const bytes of files.values()) bytes.fill(7);
    expect(hex(await at.proveInclusion(5))).toEqual(before);
  });

  it('may lack a file, and have it later', async () => {
    const files = new Map(log.files);
    files.delete('tile/0/000');
    files.delete('tile/1/000.p/2');
    const at = readerOf({ ...log, read: async (path) => files.get(path) });
    await expect(at.entryAt(3)).rejects.toMatchObject({ code: 'ledger/tile-missing' });
    files.set('tile/1/000.p/2', log.files.get('tile/1/000.p/2')!);
    await expect(at.entryAt(3)).rejects.toMatchObject({
      code: 'ledger/tile-missing',
      detail: { file: 'tile/0/000' },
    });
    files.set('tile/0/000', log.files.get('tile/0/000')!);
    expect(Buffer.from(await at.entryAt(3))).toEqual(testEntry(3));
  });

  it('may have grown beyond the checkpoint and dropped its partial tiles', async () => {
    const at = readerOf(grown(log, 300), 300);
    expect(toHex(await at.rootOf())).toBe(toHex(merkleRoot(log.leaves.slice(0, 300))));
    expect(Buffer.from(await at.entryAt(299))).toEqual(testEntry(299));
  });

  it('of other logs may have entries of 65,535 bytes', async () => {
    const large = Buffer.alloc(65_535, 7);
    const at = readerOf(memoryLog([Buffer.alloc(0), large]));
    expect(Buffer.from(await at.entryAt(1)).equals(large)).toBe(true);
    expect(toHex(await at.leafHashAt(1))).toBe(toHex(leafHash(large)));
  });
});

/** The log as seen from an earlier checkpoint: partial tiles are there only where the full one isn't yet. */
function grown(log: MemoryLog, size: number): MemoryLog {
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const [full = '', width] = path.split('.p/');
    if (width === undefined || log.files.has(full)) return log.files.get(path);
    const wider = [...log.files.keys()].find((other) => other.startsWith(`${full}.p/`));
    const bytes = wider === undefined ? undefined : Buffer.from(log.files.get(wider)!);
    return bytes && tilePrefix(full.includes('entries') ? 'entries' : 0, bytes, Number(width));
  };
  return { ...log, leaves: log.leaves.slice(0, size), read };
}

function flipped(log: MemoryLog, path: string, place: number, mask: number): MemoryLog {
  const bytes = Buffer.from(log.files.get(path)!);
  bytes[place % bytes.length]! ^= mask;
  return { ...log, read: async (asked) => (asked === path ? bytes : log.files.get(asked)) };
}

async function settled(proof: Promise<readonly Uint8Array[]>): Promise<string[] | undefined> {
  try {
    return hex(await proof);
  } catch (error) {
    expect(error).toMatchObject({ name: 'KitenError' });
    return undefined;
  }
}
