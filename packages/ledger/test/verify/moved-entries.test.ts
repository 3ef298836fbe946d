import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FrameInFile, framesOf, segmentOf } from '../frames.ts';
import { filesBelow, imageOf, testEntry, verify, verifyWith } from '../support.ts';

import { build, codes, first, groups } from './images.ts';

let closed: string;
let single: string;

beforeAll(async () => {
  closed = await build({ segmentBytes: 9000 });
  single = await build();
});

describe('a record', () => {
  const frameWith = (frames: FrameInFile[], count: number) =>
    frames.find(({ records }) => records.length === count)!;

  it('removed by cutting its bytes out is missed at its place', async () => {
    const segment = await readFile(join(single, first));
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (pick) => {
        const frames = framesOf(segment).filter(({ records }) => records.length > 1);
        const frame = frames[pick % frames.length]!;
        const position = pick % frame.records.length;
        const { start, end } = frame.records[position]!;
        const bytes = Buffer.concat([segment.subarray(0, start), segment.subarray(end)]);
        const report = await verifyWith(single, first, bytes);
        expect(report.problems[0]).toMatchObject({
          file: first,
          offset: start,
          index: frame.firstIndex + position,
        });
      }),
      { numRuns: 25 },
    );
  });

  it('inserted between two others is found at its place', async () => {
    const segment = await readFile(join(single, first));
    const frame = frameWith(framesOf(segment), 40);
    const { start } = frame.records[7]!;
    const bytes = Buffer.concat([
      segment.subarray(0, start),
      Buffer.from('\0\x03new'),
      segment.subarray(start),
    ]);
    const { problems } = await verifyWith(single, first, bytes);
    expect(problems[0]).toMatchObject({
      code: 'ledger/entry-inserted',
      offset: start,
      index: frame.firstIndex + 7,
    });
  });

  it('swapped with its neighbour is found at its place', async () => {
    const segment = await readFile(join(single, first));
    const frame = frameWith(framesOf(segment), 40);
    const [a, b] = [frame.records[7]!, frame.records[8]!];
    const bytes = Buffer.concat([
      segment.subarray(0, a.start),
      segment.subarray(b.start, b.end),
      segment.subarray(a.start, a.end),
      segment.subarray(b.end),
    ]);
    const { problems } = await verifyWith(single, first, bytes);
    expect(problems[0]).toMatchObject({ file: first, offset: a.start, index: frame.firstIndex + 7 });
  });

  it('removed, added or replaced with all hashes of the segment recomputed still shows against the tiles', async () => {
    const header = await readFile(join(single, first));
    const entries = groups.map((count, place) => {
      const start = groups.slice(0, place).reduce((sum, each) => sum + each, 0);
      return Array.from({ length: count }, (_, offset): Uint8Array => testEntry(start + offset));
    });
    const without = entries.map((group, place) => (place === 5 ? group.filter((_, at) => at !== 9) : group));
    const replaced = entries.map((group, place) =>
      place === 5 ? group.with(9, Buffer.from('other')) : group,
    );
    const added = entries.map((group, place) =>
      place === 5 ? group.toSpliced(9, 0, Buffer.from('new')) : group,
    );
    expect(segmentOf(header, entries)).toEqual(header);
    for (const [forged, code] of [
      [without, 'ledger/rolled-back'],
      [replaced, 'ledger/root-mismatch'],
      [added, 'ledger/root-mismatch'],
    ] as const) {
      const { problems, intact } = await verifyWith(single, first, segmentOf(header, forged));
      expect(intact).toBe(false);
      expect(problems.map((problem) => problem.code)).toContain(code);
      expect(problems.find((problem) => problem.code === 'ledger/tile-changed')).toMatchObject({
        index: 47 + 9,
      });
    }
  });
});

describe('a frame', () => {
  it('removed, repeated or swapped is found at its place', async () => {
    const segment = await readFile(join(single, first));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: groups.length - 2 }), async (place) => {
        const frames = framesOf(segment);
        const [one, two] = [frames[place]!, frames[place + 1]!];
        const [before, after] = [segment.subarray(0, one.offset), segment.subarray(two.end)];
        const removed = await verifyWith(single, first, Buffer.concat([before, two.bytes, after]));
        expect(removed.problems[0]).toMatchObject({
          code: 'ledger/entries-missing',
          offset: one.offset,
          index: one.firstIndex,
        });
        const repeated = Buffer.concat([before, one.bytes, one.bytes, two.bytes, after]);
        expect((await verifyWith(single, first, repeated)).problems).toMatchObject([
          { code: 'ledger/entry-inserted', offset: one.end, index: one.firstIndex },
        ]);
        const swapped = await verifyWith(single, first, Buffer.concat([before, two.bytes, one.bytes, after]));
        expect(swapped.problems[0]).toMatchObject({ code: 'ledger/entries-missing', offset: one.offset });
        expect(swapped.problems[1]).toMatchObject({ code: 'ledger/entry-inserted', index: one.firstIndex });
      }),
      { numRuns: 12 },
    );
  });

  it('cut off at the end shows against the checkpoint, wherever the cut is', async () => {
    const segment = await readFile(join(single, first));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: segment.length - 1 }), async (length) => {
        const report = await verifyWith(single, first, segment.subarray(0, length));
        expect(codes(report)).toContain('ledger/rolled-back');
        expect(report.tornTail).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });
});

describe('a segment', () => {
  it('that is missing is named, the last one by the checkpoint', async () => {
    const copy = await imageOf(closed);
    const names = [...(await filesBelow(copy)).keys()].filter((name) => name.startsWith('segment-')).sort();
    for (const [place, name] of names.entries()) {
      const aside = join(copy, 'aside');
      await rename(join(copy, name), aside);
      const report = await verify(copy);
      const last = place === names.length - 1;
      expect(codes(report)).toContain(last ? 'ledger/rolled-back' : 'ledger/segment-missing');
      if (!last) {
        expect(report.problems[0]).toMatchObject({ file: names[place + 1], index: Number(name.slice(8)) });
      }
      await rename(aside, join(copy, name));
    }
  });

  it('swapped with another is found', async () => {
    const copy = await imageOf(closed);
    const names = [...(await filesBelow(copy)).keys()].filter((name) => name.startsWith('segment-')).sort();
    const [a, b] = [await readFile(join(copy, names[1]!)), await readFile(join(copy, names[2]!))];
    await writeFile(join(copy, names[1]!), b);
    await writeFile(join(copy, names[2]!), a);
    expect((await verify(copy)).problems[0]).toMatchObject({ file: names[1] });
  });
});
