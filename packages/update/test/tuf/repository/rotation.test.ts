// Keys come and go, and a publication may be seen, or cut short, after any of its writes: the hook runs after each.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../../support/fixture.ts';
import { ed25519Signer } from '../../support/keys.ts';
import { heldBy, publishedRepository, type RepositoryFixture } from '../../support/repository-fixture.ts';

const hooks = vi.hoisted(() => ({ afterRename: async (_: string): Promise<void> => undefined }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    rename: async (from: string, to: string) => {
      await real.rename(from, to);
      await hooks.afterRename(to);
    },
  };
});

afterEach(() => {
  hooks.afterRename = async () => undefined;
});

/** Runs something after each file that is published. */
function afterEachWrite({ directory }: RepositoryFixture, look: (name: string) => Promise<void>): void {
  hooks.afterRename = async (to) => {
    const served = join(directory, 'metadata');
    if (to.startsWith(served)) await look(to.slice(served.length + 1));
  };
}

describe('a rotation', () => {
  it('of root keys takes the signatures of the holders before and after', async () => {
    const fixture = await publishedRepository();
    const next = [ed25519Signer(), ed25519Signer()];
    await fixture.repository.rotate({ root: heldBy(next, 2) });
    for (const signers of [fixture.root.slice(0, 2), next.slice(0, 1)]) {
      for (const signer of signers) await fixture.repository.sign('root', signer);
      expect(await codeOf(fixture.repository.publish(fixture.online))).toMatchObject({
        code: expect.stringMatching(/^update\/root-not-(vouched-for|self-signed)$/),
      });
    }
    await fixture.repository.sign('root', next[1]!);
    expect(await fixture.repository.publish(fixture.online)).toMatchObject({ root: 2 });
    const client = await fixture.client();
    expect(await client.refresh()).toMatchObject({ root: 2 });
  });

  it('of a stolen online key leaves it worth nothing', async () => {
    const fixture = await publishedRepository();
    const [stolen, fresh] = [fixture.timestamp, ed25519Signer()];
    await fixture.repository.rotate({ timestamp: heldBy([fresh]) });
    expect(await codeOf(fixture.publish({}, [fixture.snapshot, stolen]))).toMatchObject({
      code: 'update/unsigned',
    });
    expect(await fixture.repository.publish([fixture.snapshot, fresh])).toMatchObject({
      root: 2,
      timestamp: 2,
    });
  });

  it('recovers from versions that were run up, for clients that saw them', async () => {
    const fixture = await publishedRepository();
    const client = await fixture.client();
    const last = Number.MAX_SAFE_INTEGER;
    await fixture.repository.publish(fixture.online, { restart: { snapshot: last, timestamp: last } });
    expect(await client.refresh()).toMatchObject({ snapshot: last, timestamp: last });
    // Nothing can follow, and no version comes back without new keys.
    expect(await codeOf(fixture.repository.publish(fixture.online))).toMatchObject({
      code: expect.any(String),
    });
    const restart = { snapshot: 2, timestamp: 2 };
    expect(await codeOf(fixture.repository.publish(fixture.online, { restart }))).toMatchObject({
      code: 'update/rollback',
    });
    const fresh = [ed25519Signer(), ed25519Signer()];
    await fixture.repository.rotate({
      snapshot: heldBy(fresh.slice(0, 1)),
      timestamp: heldBy(fresh.slice(1)),
    });
    for (const holder of fixture.root.slice(0, 2)) await fixture.repository.sign('root', holder);
    expect(await fixture.repository.publish(fresh, { restart })).toMatchObject({
      root: 2,
      snapshot: 2,
      timestamp: 2,
    });
    expect(await client.refresh()).toMatchObject({ root: 2, snapshot: 2, timestamp: 2 });
    expect(await client.read('pump/firmware.bin')).toBe('release 1');
  });

  it('serves no version of a snapshot a second time', async () => {
    const fixture = await publishedRepository();
    expect(
      await codeOf(fixture.repository.publish(fixture.online, { restart: { snapshot: 1 } })),
    ).toMatchObject({ code: 'update/version-taken' });
  });
});

describe('a publication', () => {
  it('is never seen half: after each of its writes clients old and new take what there is', async () => {
    const fixture = await publishedRepository();
    const supplier = ed25519Signer();
    const old = await fixture.client();
    await old.refresh();
    await fixture.addTarget('pump/firmware.bin', 'release 2');
    await fixture.repository.delegate({ name: 'acme', paths: ['valve/*'], ...heldBy([supplier]) });
    const seen: string[] = [];
    const look = async (name: string): Promise<void> => {
      hooks.afterRename = async () => undefined;
      expect(await (await fixture.client()).read('pump/firmware.bin')).toMatch(/^release [12]$/);
      await old.refresh();
      seen.push(name);
      afterEachWrite(fixture, look);
    };
    afterEachWrite(fixture, look);
    await fixture.publish({ acme: [supplier] });
    expect(seen).toEqual(['2.targets.json', '1.acme.json', '2.snapshot.json', 'timestamp.json']);
  });

  it('that rotates online keys while the old ones are at hand isn’t either', async () => {
    const fixture = await publishedRepository();
    const old = await fixture.client();
    await old.refresh();
    const fresh = [ed25519Signer(), ed25519Signer()];
    await fixture.repository.rotate({
      snapshot: heldBy(fresh.slice(0, 1)),
      timestamp: heldBy(fresh.slice(1)),
    });
    const seen: string[] = [];
    const look = async (name: string): Promise<void> => {
      hooks.afterRename = async () => undefined;
      await (await fixture.client()).refresh();
      await old.refresh();
      seen.push(name);
      afterEachWrite(fixture, look);
    };
    afterEachWrite(fixture, look);
    await fixture.publish({}, [...fixture.online, ...fresh]);
    expect(seen).toEqual(['2.snapshot.json', 'timestamp.json', '2.root.json']);
  });

  it.each([1, 2, 3, 4])('cut short after write %d is finished by the next', async (count) => {
    const fixture = await publishedRepository();
    const client = await fixture.client();
    await client.refresh();
    const fresh = ed25519Signer();
    await fixture.addTarget('pump/firmware.bin', 'release 2');
    await fixture.repository.rotate({ timestamp: heldBy([fresh]) });
    let written = 0;
    afterEachWrite(fixture, async () => {
      written += 1;
      if (written === count) throw new Error('the power is gone');
    });
    const online = [...fixture.online, fresh];
    expect(await codeOf(fixture.publish({}, online))).toMatchObject({ code: 'update/file-unwritable' });
    hooks.afterRename = async () => undefined;
    await fixture.publish({}, online);
    expect(await fixture.verify()).toMatchObject({ root: 2, targets: { targets: 2 } });
    expect(await client.read('pump/firmware.bin')).toBe('release 2');
    expect(await readdir(join(fixture.directory, 'staged'))).toEqual([]);
  });
});
