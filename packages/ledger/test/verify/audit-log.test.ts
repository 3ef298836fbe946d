import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '@kiten/codec';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditLogOptions,
  type AuditReport,
  auditLog,
  directorySource,
  merkleRoot,
  signCheckpoint,
  type TileSource,
} from '../../src/index.ts';
import { type MemoryLog, memoryLog } from '../memory-log.ts';
import {
  appendInGroups,
  imageOf,
  openTestLedger,
  origin,
  signer,
  temporaryDirectory,
  testEntry,
  testSigner,
} from '../support.ts';
import { codes } from './images.ts';

const entries = Array.from({ length: 1000 }, (_, index) => testEntry(index));
let log: MemoryLog;

beforeAll(() => {
  log = memoryLog(entries);
});

const audit = (source: TileSource, options: Partial<AuditLogOptions> = {}): Promise<AuditReport> =>
  auditLog(source, { publicKeys: [signer.publicKey], origin, ...options });

/** The log with some files replaced, or taken away. */
function withFiles(base: MemoryLog, changes: Record<string, Uint8Array | undefined>): TileSource {
  return { read: async (path) => (path in changes ? changes[path] : base.files.get(path)) };
}

function flipped(path: string, place: number): Record<string, Buffer> {
  const bytes = Buffer.from(log.files.get(path)!);
  bytes[place]! ^= 0x20;
  return { [path]: bytes };
}

const headOf = (base: MemoryLog, size = base.leaves.length) => ({
  origin,
  size,
  root: merkleRoot(base.leaves.slice(0, size)),
});

describe('an audit from the published files alone', () => {
  it.each([0, 1, 255, 256, 257, 511, 512, 1000])('finds a log of %i entries intact', async (size) => {
    const whole = memoryLog(entries.slice(0, size));
    const seen: number[] = [];
    expect(await audit(whole, { onProgress: (count) => seen.push(count) })).toEqual({
      intact: true,
      entries: size,
      root: toBase64(merkleRoot(whole.leaves)),
      problems: [],
      problemsLeftOut: 0,
      checkpoint: whole.checkpoint,
    });
  });

  it('finds a ledger intact, while it grows, and beside its copies', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { segmentBytes: 20_000 });
    await appendInGroups(ledger, [300, 10, 1]);
    await ledger.publish();
    const source = directorySource(directory);
    // The log grows between the checkpoint and its tiles.
    const growing: TileSource = {
      read: async (path) => {
        const bytes = await source.read(path);
        if (path === 'checkpoint') {
          await appendInGroups(ledger, [400]);
          await ledger.publish();
        }
        return bytes;
      },
    };
    expect(await audit(growing)).toMatchObject({ intact: true, entries: 311 });
    expect(await audit(directorySource(await imageOf(directory)))).toMatchObject({
      intact: true,
      entries: 711,
    });
    await ledger.close();
  });

  it('takes logs with larger entries than ours, with extension lines and signatures of others', async () => {
    const large = memoryLog([Buffer.alloc(65_535, 1), Buffer.alloc(0), Buffer.alloc(5000, 2)]);
    const text = `${signCheckpoint(headOf(large), signer, ['an extension'])}— witness.example AAAAAAA=\n`;
    expect(await audit(withFiles(large, { checkpoint: Buffer.from(text) }))).toMatchObject({
      intact: true,
      entries: 3,
      checkpoint: text,
    });
  });

  it('tells progress now and then', async () => {
    const many = memoryLog(Array.from({ length: 22_000 }, (_, index) => Buffer.from(String(index))));
    const seen: number[] = [];
    await audit(many, { onProgress: (count) => seen.push(count) });
    expect(seen).toEqual([10_240, 20_480]);
  });

  it('finds each flipped byte, in its file', async () => {
    const paths = [...log.files.keys()].filter((path) => path.startsWith('tile/'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), async (path, at) => {
        const place = at % log.files.get(path)!.length;
        const report = await audit(withFiles(log, flipped(path, place)));
        expect(report.intact).toBe(false);
        const code = path.startsWith('tile/entries') ? 'ledger/bundle-changed' : 'ledger/tile-changed';
        expect(report.problems).toMatchObject([{ code, file: path }]);
        expect(report).toMatchObject({ entries: 1000, root: toBase64(merkleRoot(log.leaves)) });
        if (!path.startsWith('tile/entries')) expect(report.problems[0]!.offset).toBe(place);
      }),
      { numRuns: 60 },
    );
  });

  it('points to the entry that was changed', async () => {
    const bundle = Buffer.from(log.files.get('tile/entries/001')!);
    const at = bundle.indexOf(testEntry(300));
    bundle[at]! ^= 1;
    expect((await audit(withFiles(log, { 'tile/entries/001': bundle }))).problems).toEqual([
      {
        code: 'ledger/bundle-changed',
        file: 'tile/entries/001',
        offset: at - 2,
        index: 300,
        message: 'The bundle differs from the tile beside it.',
      },
    ]);
  });

  it('tells entries that were exchanged, with their hashes, from those that were signed', async () => {
    const other = memoryLog(entries.map((entry, index) => (index === 700 ? Buffer.from('other') : entry)));
    const changes = Object.fromEntries(
      ['tile/0/002', 'tile/entries/002'].map((path) => [path, other.files.get(path)]),
    );
    const report = await audit(withFiles(log, changes));
    expect(codes(report)).toEqual(['ledger/tile-changed', 'ledger/root-mismatch']);
    expect(report.problems[0]).toMatchObject({ file: 'tile/1/000.p/3', offset: 64, index: 512 });
    const all = await audit(withFiles(other, { checkpoint: Buffer.from(log.checkpoint) }));
    expect(all.problems).toMatchObject([{ code: 'ledger/root-mismatch', file: 'checkpoint' }]);
  });

  it.each([
    ['tile/0/001', 'ledger/tile-missing', 256],
    ['tile/entries/002', 'ledger/tile-missing', 512],
    ['tile/entries/003.p/232', 'ledger/tile-missing', 768],
    ['tile/1/000.p/3', 'ledger/tile-missing', 0],
  ])('misses %s and goes on', async (path, code, index) => {
    const report = await audit(withFiles(log, { [path]: undefined }));
    expect(report.problems).toMatchObject([{ code, file: path, index }]);
    expect(report.root).toBe(toBase64(merkleRoot(log.leaves)));
  });

  it('compares the tiles of all levels', async () => {
    const large = memoryLog(Array.from({ length: 65_800 }, (_, index) => Buffer.from(String(index))));
    expect(await audit(large)).toMatchObject({ intact: true, entries: 65_800 });
    for (const path of ['tile/1/000', 'tile/1/001.p/1', 'tile/2/000.p/1']) {
      const bytes = Buffer.from(large.files.get(path)!);
      bytes[7]! ^= 1;
      expect((await audit(withFiles(large, { [path]: bytes }))).problems).toMatchObject([
        { code: 'ledger/tile-changed', file: path, offset: 7 },
      ]);
    }
  });

  it('says nothing of the root when a bundle and its tile are gone, and still finds what is wrong behind', async () => {
    const gone = { 'tile/0/001': undefined, 'tile/entries/001': undefined };
    const report = await audit(withFiles(log, { ...gone, ...flipped('tile/entries/002', 9) }));
    expect(report.problems.map(({ file }) => file)).toEqual([
      'tile/entries/001',
      'tile/0/001',
      'tile/entries/002',
    ]);
    expect(report.root).toBe('');
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['with a byte more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    ['of a record less', (bytes: Buffer) => bytes.subarray(2 + bytes.readUInt16BE(0))],
    ['that is empty', () => Buffer.alloc(0)],
  ])('refuses a bundle %s', async (_, change) => {
    const bytes = change(Buffer.from(log.files.get('tile/entries/001')!));
    const report = await audit(withFiles(log, { 'tile/entries/001': bytes }));
    expect(report.problems).toMatchObject([{ code: 'ledger/bundle-changed', file: 'tile/entries/001' }]);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['with a byte more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
  ])('refuses a tile %s', async (_, change) => {
    for (const path of ['tile/0/001', 'tile/1/000.p/3', 'tile/0/003.p/232']) {
      const bytes = change(Buffer.from(log.files.get(path)!));
      const report = await audit(withFiles(log, { [path]: bytes }));
      expect(report.problems).toMatchObject([{ code: 'ledger/tile-changed', file: path }]);
    }
  });

  it('never crashes and never finds hostile files intact', async () => {
    const paths = [...log.files.keys()].filter((path) => path !== 'checkpoint');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 600 }), async (path, bytes) => {
        fc.pre(!Buffer.from(bytes).equals(Buffer.from(log.files.get(path)!)));
        expect((await audit(withFiles(log, { [path]: bytes }))).intact).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('ends soon when there is nothing of a huge log', async () => {
    const head = { origin, size: Number.MAX_SAFE_INTEGER, root: new Uint8Array(32) };
    const checkpoint = Buffer.from(signCheckpoint(head, signer));
    const report = await audit({ read: async (path) => (path === 'checkpoint' ? checkpoint : undefined) });
    expect(report.intact).toBe(false);
    expect(report.problems.length).toBe(200);
    expect(report.problemsLeftOut).toBeLessThan(100);
  });

  it('reports what cannot be read', async () => {
    const failing: TileSource = {
      read: async (path) => {
        if (path === 'tile/0/001') throw new Error('the line is down');
        return log.files.get(path);
      },
    };
    expect((await audit(failing)).problems).toMatchObject([
      { code: 'ledger/unreadable', file: 'tile/0/001', message: expect.stringContaining('the line is down') },
    ]);
    const down: TileSource = { read: () => Promise.reject(new Error('down')) };
    expect(await audit(down)).toMatchObject({
      intact: false,
      entries: 0,
      problems: [{ file: 'checkpoint' }],
    });
  });
});

describe('the checkpoint in an audit', () => {
  it.each([
    ['that is missing', undefined, 'ledger/checkpoint-missing'],
    ['that is none', Buffer.from('none'), 'ledger/checkpoint-malformed'],
  ])('%s', async (_, checkpoint, code) => {
    expect(codes(await audit(withFiles(log, { checkpoint })))).toEqual([code]);
  });

  it('of somebody else', async () => {
    const forged = Buffer.from(signCheckpoint(headOf(log), testSigner(9)));
    expect(codes(await audit(withFiles(log, { checkpoint: forged })))).toEqual(['ledger/checkpoint-forged']);
    const keys = [testSigner(9).publicKey, signer.publicKey];
    expect(await audit(withFiles(log, { checkpoint: forged }), { publicKeys: keys })).toMatchObject({
      intact: true,
    });
    expect(codes(await audit(log, { origin: 'b.example/log' }))).toEqual(['ledger/other-log']);
  });

  it('must be continued by the log, if it was remembered', async () => {
    for (const size of [0, 1, 255, 256, 999, 1000]) {
      const remembered = signCheckpoint(headOf(log, size), signer);
      expect(await audit(log, { remembered })).toMatchObject({ intact: true });
      if (size === 0) continue;
      const other = signCheckpoint({ ...headOf(log, size), root: new Uint8Array(32) }, signer);
      expect((await audit(log, { remembered: other })).problems).toMatchObject([
        { code: 'ledger/forked', file: 'remembered checkpoint' },
      ]);
    }
    const short = memoryLog(entries.slice(0, 500));
    expect((await audit(short, { remembered: log.checkpoint })).problems).toMatchObject([
      { code: 'ledger/rolled-back', index: 500 },
    ]);
    const elsewhere = signCheckpoint({ ...headOf(log, 5), origin: 'b.example/log' }, signer);
    expect(codes(await audit(log, { remembered: elsewhere }))).toEqual(['ledger/other-log']);
  });

  it('that was remembered is evidence only when it is signed', async () => {
    const remembered = signCheckpoint(headOf(log, 5), testSigner(9));
    await expect(audit(log, { remembered })).rejects.toMatchObject({ code: 'ledger/checkpoint-forged' });
    await expect(audit(log, { remembered: 'none' })).rejects.toMatchObject({ code: 'ledger/note-malformed' });
  });

  it('is handed back as it was audited, to be remembered', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [5]);
    await ledger.publish();
    const first = await audit(directorySource(directory));
    expect(first.checkpoint).toBe(await readFile(join(directory, 'checkpoint'), 'utf8'));
    await appendInGroups(ledger, [500]);
    await ledger.close();
    expect(await audit(directorySource(directory), { remembered: first.checkpoint! })).toMatchObject({
      intact: true,
      entries: 505,
    });
  });
});
