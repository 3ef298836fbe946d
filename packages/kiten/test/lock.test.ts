import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockDirectory } from '../src/site/lock.ts';
import { newFolder } from './fixtures.ts';

const holder = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));

/** A process that takes the lock and keeps it. */
async function holdElsewhere(file: string, ...flags: readonly string[]) {
  const child = spawn(process.execPath, [...flags, holder, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

const inUse = expect.objectContaining({ code: 'kiten/data-in-use' });

describe('the lock on a data directory', () => {
  it('is had by one within a process', async () => {
    const file = join(await newFolder(), 'lock.db');
    using first = lockDirectory(file);
    expect(first).toBeDefined();
    expect(() => lockDirectory(file)).toThrow(inUse);
  });

  it('can be taken again once it was let go', async () => {
    const file = join(await newFolder(), 'lock.db');
    lockDirectory(file)[Symbol.dispose]();
    using second = lockDirectory(file);
    expect(second).toBeDefined();
  });

  it('keeps another process out, and ends with its holder, however that ends', async () => {
    const file = join(await newFolder(), 'lock.db');
    const child = await holdElsewhere(file);
    expect(() => lockDirectory(file)).toThrow(inUse);
    child.kill('SIGKILL');
    await once(child, 'exit');
    using mine = lockDirectory(file);
    expect(mine).toBeDefined();
  });

  it('is kept, though its holder does not refer to it and garbage is collected', async () => {
    const file = join(await newFolder(), 'lock.db');
    const child = await holdElsewhere(file, '--expose-gc');
    expect(() => lockDirectory(file)).toThrow(inUse);
    child.kill('SIGKILL');
  });

  it('that cannot be made is not called taken', async () => {
    const file = join(await newFolder(), 'no-such-folder', 'lock.db');
    expect(() => lockDirectory(file)).toThrow(expect.not.objectContaining({ code: 'kiten/data-in-use' }));
  });
});
