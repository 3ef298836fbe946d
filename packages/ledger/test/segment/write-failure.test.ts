import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appendInGroups, openTestLedger, temporaryDirectory, testEntry, verify } from '../support.ts';

const disk = vi.hoisted(() => ({ failWrite: '', failSync: '', writes: 0, syncs: 0 }));

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

vi.mock('../../src/segment/disk.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/segment/disk.ts')>();
  return {
    ...real,
    writeAt: async (fd: number, bytes: Uint8Array, position: number) => {
      const isFrame = bytes[0] === 0x4b && bytes[3] === 0x31;
      disk.writes += 1;
      if (disk.failWrite === 'zeros' && !isFrame) throw failure('ENOSPC');
      if (disk.failWrite !== '' && disk.failWrite !== 'zeros' && isFrame) {
        await real.writeAt(fd, bytes.subarray(0, 40), position);
        throw failure(disk.failWrite);
      }
      await real.writeAt(fd, bytes, position);
    },
    syncData: async (fd: number) => {
      disk.syncs += 1;
      if (disk.failSync !== '') throw failure(disk.failSync);
      await real.syncData(fd);
    },
  };
});

beforeEach(() => {
  Object.assign(disk, { failWrite: '', failSync: '', writes: 0, syncs: 0 });
});

const settled = (calls: Promise<number>[]) =>
  Promise.all(calls.map((call) => call.catch((error: unknown) => Reflect.get(Object(error), 'code'))));

describe('a write that fails', () => {
  it.each([
    ['EIO', 'ledger/write-failed'],
    ['ENOSPC', 'ledger/disk-full'],
  ])(
    'with %s rejects its group and everything after it, until the ledger is opened again',
    async (code, expected) => {
      const directory = await temporaryDirectory();
      const ledger = await openTestLedger(directory);
      await appendInGroups(ledger, [3]);
      disk.failWrite = code;
      const group = [ledger.append(testEntry(3)), ledger.append(testEntry(4))];
      expect(await settled(group)).toEqual([expected, expected]);
      disk.failWrite = '';
      const { writes } = disk;
      expect(await settled([ledger.append(testEntry(5))])).toEqual([expected]);
      expect(disk.writes).toBe(writes);
      expect(ledger.size).toBe(3);
      await ledger.close();
      expect(await verify(directory)).toMatchObject({
        intact: true,
        entries: 3,
        tornTail: { bytes: expect.any(Number) },
      });

      const again = await openTestLedger(directory);
      expect(again.tornTail).toBeDefined();
      expect(await again.append(testEntry(3))).toBe(3);
      await again.close();
      expect(await verify(directory)).toMatchObject({ intact: true, entries: 4 });
    },
  );

  it('rejects what gathered meanwhile, too', async () => {
    const ledger = await openTestLedger(await temporaryDirectory());
    disk.failWrite = 'EIO';
    const inFlight = ledger.append(testEntry(0));
    await new Promise((resolve) => process.nextTick(resolve));
    const gathering = ledger.append(testEntry(1));
    expect(await settled([inFlight, gathering])).toEqual(['ledger/write-failed', 'ledger/write-failed']);
    await ledger.close();
  });
});

describe('a sync that fails', () => {
  it('is not tried again', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { preallocateBytes: 1024 });
    disk.failSync = 'EIO';
    let refused: unknown;
    let acknowledged = 0;
    for (; refused === undefined; acknowledged += 1) {
      const [outcome] = await settled([ledger.append(testEntry(acknowledged))]);
      if (outcome !== acknowledged) refused = outcome;
    }
    expect(refused).toBe('ledger/write-failed');
    disk.failSync = '';
    const { syncs } = disk;
    expect(await settled([ledger.append(testEntry(0))])).toEqual(['ledger/write-failed']);
    expect(disk.syncs).toBe(syncs);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true, entries: acknowledged - 1 });
  });
});

describe('a lack of room before anything of a frame is written', () => {
  it('rejects the group and no other: the next may succeed', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { preallocateBytes: 1024, segmentBytes: 4000 });
    for (let round = 0; round < 12; round += 1) {
      disk.failWrite = 'zeros';
      const large = Array.from({ length: 20 }, (_, index) => ledger.append(testEntry(index)));
      expect(new Set(await settled(large))).toEqual(new Set(['ledger/disk-full']));
      disk.failWrite = '';
      await ledger.append(testEntry(ledger.size));
    }
    expect(ledger.size).toBe(12);
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true, entries: 12 });
    const segment = await readFile(join(directory, 'segment-0000000000000000'));
    expect(segment.includes(testEntry(0))).toBe(true);
  });
});
