import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/index.ts';
import { framesOf } from '../frames.ts';
import { filesBelow, imageOf, verify, verifyWith } from '../support.ts';

import { build, codes, first, total } from './images.ts';

let closed: string;
let single: string;

beforeAll(async () => {
  closed = await build({ segmentBytes: 9000 });
  single = await build();
});

describe('verifying', () => {
  it('without knowing key or origin still finds every change in the segments', async () => {
    const segment = await readFile(join(single, first));
    segment[segment.length >> 1]! ^= 1;
    const copy = await imageOf(single);
    await writeFile(join(copy, first), segment);
    expect((await verifyLedger(copy)).intact).toBe(false);
    expect((await verifyLedger(single)).intact).toBe(true);
  });

  it('notices the log of another site', async () => {
    const report = await verifyLedger(single, { origin: 'plant-8.example/log' });
    expect(codes(report)).toContain('ledger/other-log');
  });

  it('throws only for a directory that is not there', async () => {
    await expect(verifyLedger(join(single, 'nowhere'))).rejects.toMatchObject({ code: 'ledger/no-ledger' });
    await expect(verifyLedger(join(single, 'checkpoint'))).rejects.toMatchObject({
      code: 'ledger/no-ledger',
    });
  });

  it('reports on any bytes in place of any file', async () => {
    const files = [...(await filesBelow(closed)).keys()];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.uint8Array({ maxLength: 3000 }), async (pick, bytes) => {
        const report = await verifyWith(closed, files[pick % files.length]!, bytes);
        expect(report.intact).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps its report short on a ledger that is all wrong', async () => {
    const copy = await imageOf(single);
    const segment = await readFile(join(copy, first));
    for (const frame of framesOf(segment)) for (const { start } of frame.records) segment[start + 3]! ^= 1;
    await writeFile(join(copy, first), segment);
    const report = await verify(copy);
    expect(report.problems.length).toBe(200);
    expect(report.problems.length + report.problemsLeftOut).toBe(total);
  });
});
