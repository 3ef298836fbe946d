import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditLog, directorySource, exportLog, type Ledger, parseCheckpoint } from '../../src/index.ts';
import {
  appendInGroups,
  filesBelow,
  imageOf,
  modeOf,
  openTestLedger,
  signer,
  temporaryDirectory,
  testEntry,
  testSigner,
} from '../support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const publicKeys = [signer.publicKey];

async function grow(ledger: Ledger, size: number): Promise<void> {
  await appendInGroups(ledger, [size - ledger.size]);
  await ledger.publish();
}

async function logOf(size: number): Promise<string> {
  const directory = await temporaryDirectory();
  const ledger = await openTestLedger(directory);
  await grow(ledger, size);
  await ledger.close();
  return directory;
}

const audit = (directory: string) => auditLog(directorySource(directory), { publicKeys });

describe('an exported log', () => {
  it('has what the checkpoint needs and nothing else, readable by all', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    for (const size of [40, 300, 600]) await grow(ledger, size);
    const target = join(await temporaryDirectory(), 'made', 'here');
    const progress: number[] = [];
    const exported = await exportLog(directory, target, {
      publicKeys,
      onProgress: (done) => progress.push(done),
    });
    expect(exported).toEqual({ checkpoint: ledger.checkpoint(), size: 600, written: 7 });
    const files = await filesBelow(target);
    expect([...files.keys()].sort()).toEqual([
      'checkpoint',
      'tile/0/000',
      'tile/0/001',
      'tile/0/002.p/88',
      'tile/1/000.p/2',
      'tile/entries/000',
      'tile/entries/001',
      'tile/entries/002.p/88',
    ]);
    for (const [path, bytes] of files) expect(bytes).toEqual(await readFile(join(directory, path)));
    expect(progress).toEqual([256, 512, 600]);
    expect(await readdir(target)).not.toContain('pending');
    expect(await modeOf(join(target, 'tile/0'))).toBe(0o755);
    expect(await modeOf(join(target, 'tile/0/000'))).toBe(0o644);
    expect(await audit(target)).toMatchObject({ intact: true, entries: 600 });
    await ledger.close();
  });

  it('is brought forward by what is new, and the second time by nothing', async () => {
    const directory = await temporaryDirectory();
    const target = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    const written: number[] = [];
    for (const size of [0, 200, 200, 250, 520, 520]) {
      await grow(ledger, size);
      written.push((await exportLog(directory, target)).written);
      expect(await audit(target)).toMatchObject({ intact: true, entries: size });
    }
    expect(written).toEqual([0, 2, 0, 2, 7, 0]);
    expect((await readdir(join(target, 'tile/0'))).sort()).toEqual(['000', '001', '002.p']);
    const first = await stat(join(target, 'tile/0/000'));
    await grow(ledger, 800);
    await exportLog(directory, target);
    expect((await stat(join(target, 'tile/0/000'))).ino).toBe(first.ino);
    await ledger.close();
  });

  it('is whole at every moment while the site writes', async () => {
    const directory = await temporaryDirectory();
    const target = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { publishInterval: 5 });
    let writing = true;
    const work = Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let count = 0; writing; count += 1) await ledger.append(testEntry(count));
      }),
    );
    const sizes: number[] = [];
    for (let round = 0; round < 8 || (sizes.at(-1) ?? 0) <= 256; round += 1) {
      sizes.push((await exportLog(directory, target, { publicKeys })).size);
      expect(await audit(target)).toMatchObject({ intact: true, entries: sizes.at(-1) });
    }
    writing = false;
    await work;
    await ledger.close();
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes.at(-1)).toBeGreaterThan(256);
  });

  it('is completed after an export that was cut off', async () => {
    const directory = await logOf(700);
    const [whole, cut] = [await temporaryDirectory(), await temporaryDirectory()];
    await exportLog(directory, whole);
    await exportLog(directory, cut);
    for (const path of ['checkpoint', 'tile/1/000.p/2', 'tile/entries/002.p/188']) await rm(join(cut, path));
    expect((await exportLog(directory, cut)).written).toBe(2);
    expect(await filesBelow(cut)).toEqual(await filesBelow(whole));
  });

  it('keeps the cosignatures of the checkpoint', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await grow(ledger, 3);
    await ledger.attach(['— witness.example AAAAAAA='], 3, ledger.checkpoint());
    const target = await temporaryDirectory();
    await exportLog(directory, target);
    expect(await readFile(join(target, 'checkpoint'), 'utf8')).toContain('— witness.example AAAAAAA=');
    await ledger.close();
  });

  it.each([
    ['tile/0/000', 'ledger/tile-changed'],
    ['tile/1/000.p/2', 'ledger/root-mismatch'],
    ['tile/entries/001', 'ledger/bundle-changed'],
    ['tile/entries/002.p/88', 'ledger/bundle-changed'],
  ])('has nothing that does not belong to the checkpoint: with %s changed it is %s', async (path, code) => {
    const directory = await logOf(600);
    const bytes = await readFile(join(directory, path));
    bytes[40]! ^= 1;
    await writeFile(join(directory, path), bytes);
    const target = await temporaryDirectory();
    await expect(exportLog(directory, target)).rejects.toThrow(refusal(code));
    expect((await filesBelow(target)).has('checkpoint')).toBe(false);
    await rm(join(directory, path));
    await expect(exportLog(directory, target)).rejects.toThrow(refusal('ledger/tile-missing'));
  });

  it('is neither set back nor made of another log', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await grow(ledger, 10);
    const early = await imageOf(directory);
    await grow(ledger, 20);
    await ledger.close();
    const target = await temporaryDirectory();
    await exportLog(directory, target);
    await expect(exportLog(early, target)).rejects.toThrow(refusal('ledger/rolled-back'));

    const rewritten = await temporaryDirectory();
    const other = await openTestLedger(rewritten);
    for (let count = 0; count < 30; count += 1) await other.append(Buffer.from(`other ${count}`));
    await other.close();
    await expect(exportLog(rewritten, target)).rejects.toThrow(refusal('ledger/forked'));

    const named = await temporaryDirectory();
    await (await openTestLedger(named, { origin: 'b.example/log' })).close();
    await expect(exportLog(named, target)).rejects.toThrow(refusal('ledger/other-log'));
    expect(parseCheckpoint(await readFile(join(target, 'checkpoint'))).size).toBe(20);
  });

  it('comes from a ledger with a checkpoint of the log, and goes elsewhere', async () => {
    const directory = await logOf(3);
    const target = await temporaryDirectory();
    await expect(exportLog(join(directory, 'nowhere'), target)).rejects.toThrow(refusal('ledger/no-ledger'));
    await expect(exportLog(target, directory)).rejects.toThrow(refusal('ledger/checkpoint-missing'));
    await expect(exportLog(directory, directory)).rejects.toThrow(refusal('ledger/target-unsuitable'));
    await expect(exportLog(directory, join(directory, 'checkpoint'))).rejects.toThrow(
      refusal('ledger/export-failed'),
    );
    const others = { publicKeys: [testSigner(9).publicKey] };
    await expect(exportLog(directory, target, others)).rejects.toThrow(refusal('ledger/checkpoint-forged'));
    await expect(exportLog(directory, target, { origin: 'b.example/log' })).rejects.toThrow(
      refusal('ledger/other-log'),
    );
    expect(await readdir(target)).toEqual([]);
  });
});
