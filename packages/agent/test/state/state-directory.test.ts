import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../src/index.ts';

describe('the state directory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-state-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made for its owner alone, and so is what is in it', async () => {
    const state = await StateDirectory.open(join(folder, 'a', 'b'));
    await state.write('x', 'secret');
    expect((await stat(state.path)).mode & 0o777).toBe(0o700);
    expect((await stat(state.file('x'))).mode & 0o777).toBe(0o600);
    expect((await state.read('x'))?.toString()).toBe('secret');
    expect(await state.read('y')).toBeUndefined();
  });

  it('replaces a file as a whole, also over what an interrupted write left', async () => {
    const state = await StateDirectory.open(join(folder, 's'));
    await state.write('x', 'one');
    await writeFile(state.file('.x.new'), 'half', { mode: 0o644 });
    await state.write('x', 'two');
    expect((await state.read('x'))?.toString()).toBe('two');
    expect(await readdir(state.path)).toEqual(['x']);
    expect((await stat(state.file('x'))).mode & 0o777).toBe(0o600);
    await state.remove('x');
    expect(await state.read('x')).toBeUndefined();
  });

  it('that others may look into is not used', async () => {
    await mkdir(join(folder, 'open'));
    await chmod(join(folder, 'open'), 0o755);
    await expect(StateDirectory.open(join(folder, 'open'))).rejects.toMatchObject({
      code: 'agent/state-exposed',
    });
    await writeFile(join(folder, 'file'), '');
    await expect(StateDirectory.open(join(folder, 'file', 'x'))).rejects.toMatchObject({
      code: 'agent/state-unusable',
    });
  });
});
