import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { framesOf } from './frames.ts';
import {
  allEntries,
  appendInGroups,
  imageOf,
  openTestLedger,
  temporaryDirectory,
  testEntry,
  verify,
} from './support.ts';

const writerProgram = join(import.meta.dirname, 'crash-writer.ts');
const first = 'segment-0000000000000000';

interface Run {
  readonly process: ChildProcess;
  readonly lines: () => string[];
}

function startWriter(command: string, parameters: readonly string[]): Run {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // What follows the last newline may be half a line.
  return { process: child, lines: () => output.split('\n').slice(0, -1) };
}

/** `index → entry` of all that was acknowledged. */
function acknowledged(lines: readonly string[]): Map<number, string> {
  const acks = lines.flatMap((line) => {
    const match = /^([0-9]+) (writer .*)$/.exec(line);
    return match === null ? [] : [[Number(match[1]), match[2]!] as const];
  });
  return new Map(acks);
}

describe('a writer that is killed', () => {
  it('loses nothing that it acknowledged, ten times in a row on the same ledger', {
    timeout: 120_000,
  }, async () => {
    const directory = await temporaryDirectory();
    const known = new Map<number, string>();
    for (let kill = 0; kill < 10; kill += 1) {
      const writers = [1, 16, 128][kill % 3];
      const run = startWriter(process.execPath, [writerProgram, directory, String(writers), '200000']);
      while (acknowledged(run.lines()).size === 0 && run.process.exitCode === null) await setTimeout(2);
      await setTimeout(Math.random() * 60);
      run.process.kill('SIGKILL');
      await once(run.process, 'close');
      const acks = acknowledged(run.lines());
      expect(acks.size).toBeGreaterThan(0);
      for (const [index, entry] of acks) known.set(index, entry);

      const found = await verify(directory);
      expect(found.problems).toEqual([]);
      const ledger = await openTestLedger(directory);
      expect(ledger.size).toBe(found.entries);
      const entries = (await allEntries(ledger)).map(String);
      for (const [index, entry] of known) expect(entries[index]).toBe(entry);
      await ledger.close();
      expect(await verify(directory)).toMatchObject({ intact: true, entries: entries.length });
    }
  });
});

describe('a ledger that is read while a site writes', () => {
  it('is intact each time', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory, { publishInterval: 10, segmentBytes: 100_000 });
    let writing = true;
    const work = Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let count = 0; writing; count += 1) await ledger.append(testEntry(count));
      }),
    );
    for (let round = 0; round < 6; round += 1) expect((await verify(directory)).problems).toEqual([]);
    writing = false;
    await work;
    await ledger.close();
    expect(await verify(directory)).toMatchObject({ intact: true, entries: ledger.size });
  });
});

/** The image of a crash: 12 entries under the checkpoint, then frames of 1, 6 and 1 entries. */
async function crashImage(): Promise<{ directory: string; segment: Buffer }> {
  const directory = await temporaryDirectory();
  const ledger = await openTestLedger(directory);
  await appendInGroups(ledger, [4, 8]);
  await ledger.publish();
  await appendInGroups(ledger, [1, 6, 1]);
  const image = await imageOf(directory);
  await ledger.close();
  return { directory: image, segment: await readFile(join(image, first)) };
}

describe('a crash in the middle of a write', () => {
  it('leaves a torn tail wherever the file ends, or shows against the checkpoint', async () => {
    const { directory, segment } = await crashImage();
    const path = join(directory, first);
    const frames = framesOf(segment);
    const covered = frames[1]!.end;
    const end = frames.at(-1)!.end;
    for (let length = end; length > 0; length -= 29) {
      await truncate(path, length);
      const report = await verify(directory);
      const whole = frames.filter((frame) => frame.end <= length);
      if (length < covered) {
        expect(report.problems.map(({ code }) => code)).toContain('ledger/rolled-back');
        continue;
      }
      expect(report).toMatchObject({ intact: true, entries: [12, 13, 19, 20][whole.length - 2] });
      const tail = whole.at(-1)!.end;
      const torn = length === tail ? undefined : { file: first, offset: tail, bytes: length - tail };
      expect(report.tornTail).toEqual(torn);
    }
  });

  it('is cut off when the ledger is opened, and the log goes on', async () => {
    const { directory, segment } = await crashImage();
    const last = framesOf(segment).at(-1)!;
    await truncate(join(directory, first), last.end - 20);
    const ledger = await openTestLedger(directory);
    expect(ledger.tornTail).toEqual({ file: first, offset: last.offset, bytes: last.end - 20 - last.offset });
    expect(ledger.size).toBe(19);
    expect(await ledger.append(testEntry(19))).toBe(19);
    await ledger.close();
    const report = await verify(directory);
    expect(report).toMatchObject({ intact: true, entries: 20 });
    expect(report.tornTail).toBeUndefined();
  });

  it('is a torn tail whichever of its sectors reached the disk', async () => {
    const directory = await temporaryDirectory();
    const ledger = await openTestLedger(directory);
    await appendInGroups(ledger, [2]);
    await ledger.publish();
    await appendInGroups(ledger, [1, 24]);
    const image = await imageOf(directory);
    await ledger.close();
    const path = join(image, first);
    const intact = await readFile(path);
    const frame = framesOf(intact).at(-1)!;
    const sectors = sectorsOf(frame.offset, frame.end);
    expect(sectors.length).toBeGreaterThan(4);
    for (let written = 0; written < 2 ** sectors.length - 1; written += 1 + Math.floor(written / 8)) {
      const bytes = Buffer.from(intact);
      for (const [place, [start, end]] of sectors.entries()) {
        if ((written & (1 << place)) === 0) bytes.fill(0, start, end);
      }
      await writeBytes(path, bytes);
      const report = await verify(image);
      expect(report).toMatchObject({ intact: true, entries: 3 });
      if (written > 0) expect(report.tornTail).toMatchObject({ file: first, offset: frame.offset });
      const reopened = await openTestLedger(await imageOf(image));
      expect(reopened.size).toBe(3);
      await reopened.close();
    }
  });

  it('is told apart from a change to the last frame, which was whole', async () => {
    const { directory, segment } = await crashImage();
    const path = join(directory, first);
    const last = framesOf(segment).at(-1)!;
    for (let at = last.offset; at < last.end; at += 5) {
      const bytes = Buffer.from(segment);
      bytes[at]! ^= 0x20;
      await writeBytes(path, bytes);
      await expect(openTestLedger(directory)).rejects.toMatchObject({
        code: 'ledger/damaged',
        detail: { file: first, offset: last.offset, index: 19 },
      });
    }
  });
});

function sectorsOf(start: number, end: number): [number, number][] {
  const sectors: [number, number][] = [];
  for (let at = start; at < end; ) {
    const next = Math.min(end, at + 512 - (at % 512));
    sectors.push([at, next]);
    at = next;
  }
  return sectors;
}

async function writeBytes(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, 0);
  await file.close();
}

const mounts: string[] = [];
afterAll(() => {
  for (const path of mounts) spawnSync('umount', [path]);
});

describe('a disk without room', () => {
  it('refuses clearly, loses nothing, and accepts again when there is room', async () => {
    const directory = await temporaryDirectory();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory]).status === 0;
    if (mounted) mounts.push(directory);
    // Where nothing may be mounted, the largest file that a process may write stands in for the disk.
    const limit = mounted ? 'true' : 'ulimit -f 128';
    const parameters = [writerProgram, join(directory, 'log'), '8', '1000000']
      .map((each) => `'${each}'`)
      .join(' ');
    const run = startWriter('/bin/sh', ['-c', `${limit}; exec '${process.execPath}' ${parameters}`]);
    await once(run.process, 'close');
    const lines = run.lines();
    const acks = acknowledged(lines);
    expect(acks.size).toBeGreaterThan(20);
    expect(lines.filter((line) => line === 'refused ledger/disk-full').length).toBe(8);

    const log = await temporaryDirectory();
    const copy = join(log, 'copy');
    spawnSync('cp', ['-r', join(directory, 'log'), copy]);
    const report = await verify(copy);
    expect(report).toMatchObject({ intact: true, entries: acks.size });
    expect(report.tornTail).toBeUndefined();
    const ledger = await openTestLedger(copy);
    const entries = (await allEntries(ledger)).map(String);
    for (const [index, entry] of acks) expect(entries[index]).toBe(entry);
    expect(await ledger.append(testEntry(0))).toBe(acks.size);
    await ledger.close();
    expect(await verify(copy)).toMatchObject({ intact: true, entries: acks.size + 1 });
  });
});
