import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ledger, logExtent, verifyLedger } from '../../src/index.ts';
import { originHashOf } from '../../src/segment/segment-header.ts';
import { segmentStart, walkLog } from '../../src/segment/walk-log.ts';
import { openTestLedger, origin, temporaryDirectory, testEntry } from '../support.ts';

const first = { name: 'segment-0000000000000000', firstIndex: 0 };

describe('a log that grows while it is read', () => {
  it('is walked to where it ends by then', async () => {
    const directory = await temporaryDirectory();
    const ledger = await growing(directory);
    const originHash = originHashOf(origin);
    const walk = walkLog(directory, originHash, await segmentStart(directory, first, originHash));
    for (let index = 0; index < 20; index += 1) {
      if (index > 0) await ledger.append(testEntry(index));
      expect(await walk.next()).toMatchObject({ done: false, value: { after: { index: index + 1 } } });
    }
    expect(await walk.next()).toMatchObject({ done: true, value: { end: { index: 20 }, tornBytes: 0 } });
  });

  it('is never taken for changed, neither measured nor verified', async () => {
    const directory = await temporaryDirectory();
    const ledger = await growing(directory);
    await ledger.publish();
    let isOver = false;
    const appending = (async () => {
      for (let index = 1; !isOver; index += 1) {
        await ledger.append(testEntry(index));
        await pause(1);
      }
    })();
    try {
      for (let round = 0; round < 150; round += 1) {
        const extent = await logExtent(directory, origin);
        expect(extent?.size).toBeGreaterThan(0);
      }
      for (let round = 0; round < 3; round += 1)
        expect((await verifyLedger(directory, { origin })).problems).toEqual([]);
    } finally {
      isOver = true;
      await appending;
    }
  });
});

async function growing(directory: string): Promise<Ledger> {
  const ledger = await openTestLedger(directory);
  onTestFinished(() => ledger.close());
  await ledger.append(testEntry(0));
  return ledger;
}
