import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a directory a disk of its own with little room. Where that may not be done (it takes root), the test
 * counts as skipped; with `KITEN_REQUIRE_TOOLS=1` (as in CI) it fails instead.
 */
export function maySmallDisk(): boolean {
  const may = process.platform === 'linux' && process.getuid?.() === 0;
  if (may) return true;
  const message = 'a small disk cannot be mounted: run the tests as root';
  if (process.env.KITEN_REQUIRE_TOOLS === '1') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

export function mountSmallDisk(directory: string, megabytes: number): AsyncDisposable {
  must('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'kiten-test', directory);
  return {
    async [Symbol.asyncDispose]() {
      must('umount', directory);
    },
  };
}

/** Fills the disk that a directory is on to its last byte. @returns what makes the room free again */
export async function fillDisk(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'filler');
  const file = await open(path, 'w');
  try {
    for (let size = 1 << 20; size >= 1; ) {
      if (!(await writes(() => file.write(Buffer.alloc(size))))) size = Math.floor(size / 2);
    }
  } finally {
    await file.close();
  }
  return () => rm(path);
}

async function writes(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
