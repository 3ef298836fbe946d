import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  leafHash,
  parseTilePath,
  partialTiles,
  publishedResource,
  tilePath,
  tileWidth,
} from '../../src/index.ts';
import { appendInGroups, imageOf, openTestLedger, temporaryDirectory, testEntry } from '../support.ts';

const sizes = [1, 100, 150, 256, 400, 511, 512, 700];
let directory: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const ledger = await openTestLedger(directory);
  for (const size of sizes) {
    await appendInGroups(ledger, [size - ledger.size]);
    await ledger.publish();
  }
  await ledger.close();
});

const bytesOf = async (path: string, at = directory) => (await publishedResource(at, path))?.bytes;

describe('a published resource', () => {
  it('is the file with its type, and may be kept unless it is the checkpoint', async () => {
    expect(await publishedResource(directory, 'checkpoint')).toEqual({
      bytes: await readFile(join(directory, 'checkpoint')),
      contentType: 'text/plain; charset=utf-8',
      immutable: false,
    });
    for (const path of ['tile/0/000', 'tile/1/000.p/2', 'tile/entries/002.p/188']) {
      expect(await publishedResource(directory, path)).toEqual({
        bytes: await readFile(join(directory, path)),
        contentType: 'application/octet-stream',
        immutable: true,
      });
    }
  });

  it('is there for every size that a checkpoint was signed for, though partial tiles were deleted', async () => {
    for (const size of sizes) {
      for (const { level, index, width } of partialTiles(size)) {
        const leaves = Array.from({ length: width }, (_, place) =>
          leafHash(testEntry(index * tileWidth + place)),
        );
        const tile = await bytesOf(tilePath(level, index, width));
        expect(tile?.length).toBe(width * 32);
        if (level === 0) {
          expect(tile).toEqual(Buffer.concat(leaves));
          const bundle = Buffer.from((await bytesOf(tilePath('entries', index, width)))!);
          expect(bundle).toEqual(bundleOf(index * tileWidth, width));
        }
      }
    }
  });

  it('is the front of a wider partial tile, if that is what is left', async () => {
    const image = await imageOf(directory);
    for (const kind of ['0', 'entries']) {
      await rename(join(image, `tile/${kind}/002.p/188`), join(image, `tile/${kind}/kept`));
      await rm(join(image, `tile/${kind}/002.p`), { recursive: true });
      expect(await bytesOf(`tile/${kind}/002.p/5`, image)).toBeUndefined();
      await mkdir(join(image, `tile/${kind}/002.p`));
      await rename(join(image, `tile/${kind}/kept`), join(image, `tile/${kind}/002.p/188`));
    }
    expect(await bytesOf('tile/0/002.p/5', image)).toEqual(await bytesOf('tile/0/002.p/5'));
    expect(await bytesOf('tile/entries/002.p/5', image)).toEqual(bundleOf(512, 5));
    expect(await bytesOf('tile/0/002.p/189', image)).toBeUndefined();
  });

  it('is missing beyond the log, and where there is no log', async () => {
    for (const path of ['tile/0/003', 'tile/0/002', 'tile/0/002.p/189', 'tile/2/000.p/1', 'tile/63/000']) {
      expect([path, await bytesOf(path)]).toEqual([path, undefined]);
    }
    expect(await bytesOf('checkpoint', join(directory, 'nowhere'))).toBeUndefined();
    expect(await bytesOf('checkpoint', join(directory, 'checkpoint'))).toBeUndefined();
  });

  it.each([
    '',
    '/',
    '/checkpoint',
    'checkpoint/',
    'checkpoint\0',
    './checkpoint',
    'tile/../checkpoint',
    'segment-0000000000000000',
    'pending/file-1',
    'tile',
    'tile/0',
    'tile/0/',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/00/000',
    'tile/01/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/+0/000',
    'tile/0/x000/000',
    'tile/0/000/000',
    'tile/0/x001',
    'tile/0/x001/x000',
    'tile/0/X001/000',
    'tile/0/001/x000',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/x001/x001/x001/x001/x001/x001/001',
    'tile/0/000.p',
    'tile/0/000.p/',
    'tile/0/000.p/0',
    'tile/0/000.p/00',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/1000',
    'tile/0/000.p/1e1',
    'tile/0/000.p/1/',
    'tile/0/000.p/1\n',
    'tile/0/٠٠٠',
    'tile/data/000',
    'tile/entries/000.p/../001',
    '../'.repeat(8).concat('etc/passwd'),
    'tile/entries/000%2e',
  ])('is none at %j', async (path) => {
    expect(parseTilePath(path)).toBeUndefined();
    expect(await publishedResource(directory, path)).toBeUndefined();
  });

  it('is found for exactly the paths that a log writes', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 }));
    const index = fc.oneof(fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(level, index, fc.integer({ min: 1, max: 256 }), (...place) => {
        const [at, number, width] = place;
        expect(parseTilePath(tilePath(...place))).toEqual({ level: at, index: number, width });
      }),
    );
    const part = fc.constantFrom('tile', '0', '7', 'entries', 'x001', '000', '001.p', '17', '..', '.p', '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
        const path = parts.join('/');
        const name = parseTilePath(path);
        if (name !== undefined) expect(tilePath(name.level, name.index, name.width)).toBe(path);
      }),
      { numRuns: 500 },
    );
  });

  it('lies behind no link, and is nothing but a file', async () => {
    const image = await imageOf(directory);
    const outside = await temporaryDirectory();
    await mkdir(join(outside, '0'));
    await writeFile(join(outside, '0/000'), 'secret');
    await rename(join(image, 'tile'), join(image, 'kept'));
    await symlink(outside, join(image, 'tile'));
    expect(await bytesOf('tile/0/000', image)).toBeUndefined();
    await rm(join(image, 'checkpoint'));
    await symlink(join(outside, '0/000'), join(image, 'checkpoint'));
    expect(await bytesOf('checkpoint', image)).toBeUndefined();
    await rm(join(image, 'checkpoint'));
    await mkdir(join(image, 'checkpoint'));
    await expect(bytesOf('checkpoint', image)).rejects.toMatchObject({ code: 'ledger/unreadable' });
  });
});

/** `width` records from entry `first` on. */
function bundleOf(first: number, width: number): Buffer {
  const records = Array.from({ length: width }, (_, place) => {
    const entry = testEntry(first + place);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.length);
    return Buffer.concat([length, entry]);
  });
  return Buffer.concat(records);
}
