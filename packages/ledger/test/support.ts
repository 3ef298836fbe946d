import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll } from 'vitest';
import { type Ledger, verifyLedger } from '../src/index.ts';
import { origin, signer } from './open-test-ledger.ts';

export { clock, openTestLedger, origin, signer, testSigner } from './open-test-ledger.ts';

const directories: string[] = [];

/** An empty directory that is removed when the tests of the file are done. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kiten-ledger-'));
  directories.push(path);
  return path;
}

afterAll(async () => {
  for (const path of directories) await rm(path, { recursive: true, force: true });
});

/** Entries of various lengths with contents that no two share and that have no zeros in them. */
export function testEntry(index: number): Buffer {
  const text = `entry ${index} `;
  return Buffer.from(text.repeat(1 + (index % 9)));
}

/** Appends entries one frame each, or all those of an inner list in one frame. */
export async function appendInGroups(ledger: Ledger, groups: readonly number[]): Promise<void> {
  for (const count of groups) {
    const first = ledger.size;
    await Promise.all(Array.from({ length: count }, (_, place) => ledger.append(testEntry(first + place))));
  }
}

/** The files below a directory, as `path → bytes`. */
export async function filesBelow(directory: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(directory, path), await readFile(path));
  }
  return files;
}

/** A copy of a ledger as it lies on the disk, as after a crash if the ledger is open. */
export async function imageOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory();
  await cp(directory, copy, { recursive: true });
  return copy;
}

/** Verifies with a file's bytes replaced, and puts the file back. */
export async function verifyWith(directory: string, file: string, bytes: Uint8Array, checkpoint?: string) {
  const path = join(directory, file);
  const before = await readFile(path);
  await writeFile(path, bytes);
  try {
    return await verify(directory, checkpoint);
  } finally {
    await writeFile(path, before);
  }
}

export function verify(directory: string, checkpoint?: string) {
  const remembered = checkpoint === undefined ? {} : { checkpoint };
  return verifyLedger(directory, { publicKey: signer.publicKey, origin, ...remembered });
}

export async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

export async function allEntries(ledger: Ledger, from = 0, to = ledger.size): Promise<Buffer[]> {
  const entries: Buffer[] = [];
  for await (const { index, entry } of ledger.read(from, to)) {
    if (index !== from + entries.length) throw new Error(`entry ${index} is out of order`);
    entries.push(Buffer.from(entry));
  }
  return entries;
}
