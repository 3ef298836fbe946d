import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { manualClock } from '@kiten/codec';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openPayloadStore, type PayloadStore, saltedDigest } from '../../src/index.ts';
import { filesBelow, temporaryDirectory } from '../support.ts';

// Every call that changes the disk is a step. From a chosen step on none happens: the process is dead.
const disk = vi.hoisted(() => ({
  left: Number.POSITIVE_INFINITY,
  steps: [] as string[],
  failure: undefined as string | undefined,
  step(name: string): void {
    if (this.left <= 0) throw Object.assign(new Error('stopped'), { code: this.failure });
    this.left -= 1;
    this.steps.push(name);
  },
}));

vi.mock('../../src/segment/disk.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/segment/disk.ts')>();
  return {
    ...real,
    syncDirectory: async (path: string) => {
      disk.step(`sync ${path}`);
      await real.syncDirectory(path);
    },
    writeAt: async (fd: number, bytes: Uint8Array, position: number) => {
      // A crash leaves half of what was being written.
      if (disk.left <= 0) await real.writeAt(fd, bytes.subarray(0, bytes.length / 2), position);
      disk.step('write');
      await real.writeAt(fd, bytes, position);
    },
  };
});

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  type Done = (error: Error | null, fd?: number) => void;
  const stepping = (name: string, act: () => void, done: Done): void => {
    try {
      disk.step(name);
      act();
    } catch (error) {
      done(error as Error);
    }
  };
  return {
    ...real,
    open: (path: string, flags: number, mode: number, done: Done) => {
      const { O_CREAT, O_DSYNC } = real.constants;
      // What is written with O_DSYNC is synced by the write.
      expect(flags & (O_CREAT | O_DSYNC)).toBe(O_CREAT | O_DSYNC);
      stepping(`create ${path}`, () => real.open(path, flags, mode, done), done);
    },
    rename: (from: string, to: string, done: Done) =>
      stepping(`rename ${from} ${to}`, () => real.rename(from, to, done), done),
  };
});

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return {
    ...real,
    mkdir: async (...parameters: Parameters<typeof real.mkdir>) => {
      disk.step(`make ${parameters[0]}`);
      return await real.mkdir(...parameters);
    },
    rm: async (...parameters: Parameters<typeof real.rm>) => {
      disk.step(`remove ${parameters[0]}`);
      await real.rm(...parameters);
    },
  };
});

beforeEach(() => {
  Object.assign(disk, { left: Number.POSITIVE_INFINITY, steps: [], failure: undefined });
});

const clock = manualClock(1_790_000_000_000);
const content = Buffer.from('what the device said');
const open = (directory: string): Promise<PayloadStore> => openPayloadStore({ directory, clock });

/** What became of some work during which the process died before step `left`. */
async function dyingAfter(left: number, work: () => Promise<unknown>): Promise<'done' | 'died'> {
  disk.left = left;
  try {
    await work();
    return 'done';
  } catch (error) {
    expect(error).toMatchObject({ code: 'ledger/write-failed' });
    return 'died';
  } finally {
    disk.left = Number.POSITIVE_INFINITY;
  }
}

async function stateOf(store: PayloadStore, digest: Uint8Array): Promise<string> {
  try {
    return Buffer.from((await store.get(digest)).content).toString();
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'));
  }
}

describe('a put', () => {
  it('syncs the file before it gets its name, and then each name on the way', async () => {
    const directory = await temporaryDirectory();
    const store = await open(directory);
    disk.steps = [];
    const hex = Buffer.from(await store.put(content, randomBytes(32))).toString('hex');
    const [first, second] = [hex.slice(0, 2), hex.slice(2, 4)];
    const steps = disk.steps.map((step) =>
      step.replaceAll(/\/\S+/g, (path) => relative(directory, path) || '.'),
    );
    const file = `${first}/${second}/${hex}`;
    expect(steps.slice(0, 4)).toEqual([
      `make ${first}/${second}`,
      'create pending/file-1',
      'write',
      `rename pending/file-1 ${file}`,
    ]);
    expect(steps.slice(4).toSorted()).toEqual(['sync .', `sync ${first}`, `sync ${first}/${second}`]);
  });

  it('that a crash stopped at any step is there whole or not at all, and can be made again', async () => {
    let outcome = 'died';
    let steps = 0;
    for (; outcome === 'died'; steps += 1) {
      const directory = await temporaryDirectory();
      const salt = randomBytes(32);
      const digest = saltedDigest(salt, content);
      const store = await open(directory);
      const other = await store.put(Buffer.from('another'), salt);
      outcome = await dyingAfter(steps, () => store.put(content, salt));

      const again = await open(directory);
      const states =
        outcome === 'done' ? [content.toString()] : [content.toString(), 'ledger/payload-missing'];
      expect(states).toContain(await stateOf(again, digest));
      expect(await stateOf(again, other)).toBe('another');
      expect([...(await filesBelow(join(directory, 'pending'))).keys()]).toEqual([]);
      await again.put(content, salt);
      expect(await stateOf(again, digest)).toBe(content.toString());
    }
    expect(steps).toBeGreaterThan(6);
  });

  it.each([
    ['ENOSPC', 'ledger/disk-full'],
    ['EIO', 'ledger/write-failed'],
  ])('that fails with %s says so, and the next one succeeds', async (failure, code) => {
    const store = await open(await temporaryDirectory());
    Object.assign(disk, { failure, left: 2 });
    await expect(store.put(content, Buffer.alloc(32))).rejects.toMatchObject({ name: 'KitenError', code });
    disk.left = Number.POSITIVE_INFINITY;
    expect(await stateOf(store, await store.put(content, Buffer.alloc(32)))).toBe(content.toString());
  });
});

describe('an erasure', () => {
  it('that a crash stopped at any step leaves the payload or nothing of it, and can be made again', async () => {
    let outcome = 'died';
    let steps = 0;
    for (; outcome === 'died'; steps += 1) {
      const directory = await temporaryDirectory();
      const salt = randomBytes(32);
      const store = await open(directory);
      const digest = await store.put(content, salt);
      outcome = await dyingAfter(steps, () => store.erase(digest, 'first'));

      const again = await open(directory);
      const state = await stateOf(again, digest);
      if (state === 'ledger/payload-erased' || outcome === 'done') {
        expect(state).toBe('ledger/payload-erased');
        const raw = Buffer.concat([...(await filesBelow(directory)).values()]);
        expect([raw.includes(salt), raw.includes(content)]).toEqual([false, false]);
      } else {
        expect(state).toBe(content.toString());
      }
      const reason = state === 'ledger/payload-erased' ? 'first' : 'second';
      await again.erase(digest, 'second');
      await expect(again.get(digest)).rejects.toMatchObject({ detail: { reason } });
    }
    expect(steps).toBeGreaterThan(3);
  });

  it('after a put that a crash stopped finds no copy left behind', async () => {
    let outcome = 'died';
    for (let steps = 0; outcome === 'died'; steps += 1) {
      const directory = await temporaryDirectory();
      const salt = randomBytes(32);
      const digest = await (await open(directory)).put(content, salt);
      const store = await open(directory);
      outcome = await dyingAfter(steps, () => store.put(content, salt));
      await (await open(directory)).erase(digest, 'test');
      const raw = Buffer.concat([...(await filesBelow(directory)).values()]);
      expect([raw.includes(salt), raw.includes(content)]).toEqual([false, false]);
    }
  });
});

describe('opening', () => {
  it('syncs the directories whose names a crash may have kept from the disk', async () => {
    const directory = await temporaryDirectory();
    const store = await open(directory);
    const digest = Buffer.from(await store.put(content, randomBytes(32))).toString('hex');
    disk.steps = [];
    await open(directory);
    expect(disk.steps).toContain(`sync ${directory}`);
    expect(disk.steps).toContain(`sync ${join(directory, digest.slice(0, 2))}`);
  });

  it('that a crash stopped at any step can be made again', async () => {
    let outcome = 'died';
    for (let steps = 0; outcome === 'died'; steps += 1) {
      const directory = await temporaryDirectory();
      const digest = await (await open(directory)).put(content, randomBytes(32));
      outcome = await dyingAfter(steps, () => open(directory));
      expect(await stateOf(await open(directory), digest)).toBe(content.toString());
    }
  });
});
