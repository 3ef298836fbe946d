import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../src/index.ts';
import { framesOf } from '../frames.ts';
import { filesBelow, testEntry, verify, verifyWith } from '../support.ts';

import { build, first, total } from './images.ts';

/** Everything is covered by the checkpoint; several segments. */
let closed: string;
/** The same in one segment. */
let single: string;
/** The checkpoint covers 278 of the entries. */
let crashed: string;

beforeAll(async () => {
  closed = await build({ segmentBytes: 9000 });
  single = await build();
  crashed = await build({}, false);
});

describe('an untouched ledger', () => {
  it('is intact', async () => {
    for (const directory of [closed, single, crashed]) {
      const report = await verify(directory);
      expect(report).toMatchObject({ intact: true, entries: total, problems: [], problemsLeftOut: 0 });
      expect(report.tornTail).toBeUndefined();
    }
    const { root } = parseCheckpoint(await readFile(join(closed, 'checkpoint')));
    expect((await verify(closed)).root).toBe(Buffer.from(root).toString('base64'));
  });

  it('spans several segments and has full and partial tiles', async () => {
    const names = [...(await filesBelow(closed)).keys()];
    expect(names.filter((name) => name.startsWith('segment-')).length).toBeGreaterThan(2);
    expect(names).toContain('tile/0/000');
    expect(names).toContain(`tile/entries/001.p/${total - 256}`);
    expect(names).toContain('tile/1/000.p/1');
  });
});

describe('a flipped byte', () => {
  it.each(['closed', 'single', 'crashed'] as const)(
    'is found in any file of the %s ledger, at its place',
    async (which) => {
      const directory = { closed, single, crashed }[which];
      const files = [...(await filesBelow(directory))];
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (pick, place, flip) => {
          const [file, intact] = files[pick % files.length]!;
          const at = place % intact.length;
          const bytes = Buffer.from(intact);
          bytes[at]! ^= flip;
          const report = await verifyWith(directory, file, bytes);
          expect(report.intact, `${file} at ${at} by ${flip}`).toBe(false);
          const [problem] = report.problems;
          expect(problem!.file).toBe(file);
          expect(problem!.offset).toBeLessThanOrEqual(at);
          if (file.startsWith('segment-')) {
            expect(report.problems.length).toBe(1);
            expect(report.entries).toBe(total);
            expectNear(problem!.offset, at, intact);
          }
        }),
        { numRuns: 80 },
      );
    },
  );

  /** Hashes and headers are told to the field, entries to the record. */
  function expectNear(offset: number, at: number, segment: Buffer): void {
    const record = framesOf(segment)
      .flatMap((frame) => frame.records)
      .find(({ start, end }) => at >= start && at < end);
    if (record !== undefined) expect(offset).toBe(record.start);
    else expect(at - offset).toBeLessThan(32);
  }

  it('in an entry, in its length, in its hash and in the chain has its own code and index', async () => {
    const segment = await readFile(join(single, first));
    const frame = framesOf(segment).find(({ records }) => records.length === 40)!;
    const record = frame.records[17]!;
    const hashes = frame.end - 32 - 40 * 32;
    const expectations: [number, string, number | undefined, number][] = [
      [record.start + 5, 'ledger/entry-changed', frame.firstIndex + 17, record.start],
      [record.start + 1, 'ledger/entry-changed', frame.firstIndex + 17, record.start],
      [hashes + 17 * 32 + 9, 'ledger/leaf-hash-changed', frame.firstIndex + 17, hashes + 17 * 32],
      [frame.end - 3, 'ledger/chain-broken', frame.firstIndex, frame.end - 32],
      [frame.offset + 14, 'ledger/frame-changed', frame.firstIndex, frame.offset + 14],
      [45, 'ledger/segment-header-changed', 0, 45],
    ];
    for (const [at, code, index, offset] of expectations) {
      const bytes = Buffer.from(segment);
      bytes[at]! ^= 0x10;
      const { problems } = await verifyWith(single, first, bytes);
      expect(problems).toMatchObject([{ code, file: first, offset, index }]);
    }
  });

  it('in a tile or bundle names the entry', async () => {
    const file = 'tile/0/000';
    const tile = await readFile(join(single, file));
    tile[100 * 32 + 3]! ^= 1;
    expect((await verifyWith(single, file, tile)).problems).toMatchObject([
      { code: 'ledger/tile-changed', file, offset: 100 * 32 + 3, index: 100 },
    ]);
    const bundleFile = 'tile/entries/000';
    const bundle = await readFile(join(single, bundleFile));
    const at = bundle.indexOf(testEntry(77));
    bundle[at]! ^= 1;
    expect((await verifyWith(single, bundleFile, bundle)).problems).toMatchObject([
      { code: 'ledger/bundle-changed', file: bundleFile, offset: at - 2, index: 77 },
    ]);
  });
});
