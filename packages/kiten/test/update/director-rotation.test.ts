import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { manualClock, type Signer } from '@kiten/codec';
import { readMetadataFile, signMetadata, writeMetadataFile } from '@kiten/update';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../src/site/journal.ts';
import { DirectorFiles, namesOnline, readRoot } from '../../src/site/update/director/director-files.ts';
import { DirectorRotation, type RotationParts } from '../../src/site/update/director/director-rotation.ts';
import { ann, entriesOf, newFolder, newLedger, newStore, start } from '../fixtures.ts';

/** What a rotation works with: real files, a real store and a real log. */
async function newWorld() {
  const folder = await newFolder();
  const clock = manualClock(start);
  const [database, ledger] = [await newStore(folder), await newLedger(folder, clock)];
  const journal = await openJournal({
    ...{ database, ledger, heard: () => undefined, located: () => undefined },
    troubled: (error) => {
      throw error;
    },
  });
  const layout = { keys: join(folder, 'keys'), director: join(folder, 'director') };
  await mkdir(layout.keys);
  const parts = (): RotationParts => ({ files: new DirectorFiles(layout, clock), database, journal, clock });
  const keys = async () => (await readdir(layout.keys)).sort();
  return { ...layout, clock, ledger, parts, keys, open: () => DirectorRotation.open(parts()) };
}

const holds = ({ identity: { root, signer } }: DirectorRotation) => namesOnline(readRoot(root), signer);
const versionOf = ({ identity }: DirectorRotation) => readRoot(identity.root).version;

class Crash extends Error {}

/** Lets the steps of a rotation happen up to one of them, which never comes. */
function crashingAt({ files, journal, ...others }: RotationParts) {
  let left = Number.POSITIVE_INFINITY;
  const counting = <T extends object>(target: T, names: readonly string[]): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name, object) as unknown;
        if (name === 'repository') return counting(value as object, ['rotate', 'renew', 'sign', 'publish']);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (names.includes(String(name)) && left-- === 0) throw new Crash(String(name));
          return (value as (...given: unknown[]) => unknown).apply(object, args);
        };
      },
    });
  return {
    ...others,
    files: counting(files, ['put', 'remove', 'findOrMake']),
    journal: counting(journal, ['commit']),
    crashAfter: (steps: number) => {
      left = steps;
    },
  };
}

describe('the keys of the Director', () => {
  it('go over to others at once where the root’s key is, and the one before is gone', async () => {
    const { open, keys, ledger } = await newWorld();
    const rotation = await open();
    const before = rotation.identity.signer;
    const heard: number[] = [];
    rotation.connect(async ({ root }) => void heard.push(readRoot(root).version));
    await rotation.begin(false, ann, 'every year');
    expect([versionOf(rotation), holds(rotation), heard]).toEqual([2, true, [2]]);
    expect(namesOnline(readRoot(rotation.identity.root), before)).toBe(false);
    expect(await keys()).toEqual(['director-root.key.pem', 'director.key.pem']);
    expect((await rotation.history()).map(({ root, state }) => [root, state])).toEqual([[2, 'decided']]);
    expect((await entriesOf(ledger)).map(({ type, data }) => [type, data.root, data.stolen])).toEqual([
      ['update/director-rotation-begun', 2, false],
      ['update/director-rotated', 2, false],
    ]);
    expect(versionOf(await open())).toBe(2);
  });

  it('wait for the holders of the root where its key is not, and can be taken back', async () => {
    const { open, keys, parts } = await newWorld();
    const rotation = await open();
    const holder = (await parts().files.find('director-root')) as Signer;
    await parts().files.remove('director-root');
    await rotation.begin(true, ann, 'a copy was found');
    expect([versionOf(rotation), holds(rotation)]).toEqual([1, true]);
    await expect(rotation.begin(false, ann, 'again')).rejects.toMatchObject({
      code: 'kiten/director-rotation-under-way',
    });
    const proposal = (await rotation.pending())?.proposal as Uint8Array;
    await expect(rotation.accept(proposal, ann)).rejects.toMatchObject({
      code: 'kiten/director-root-incomplete',
    });
    const signed = writeMetadataFile(signMetadata(readMetadataFile(proposal), holder));
    await rotation.cancel(ann, 'false alarm');
    await expect(rotation.accept(signed, ann)).rejects.toMatchObject({
      code: 'kiten/director-rotation-none',
    });
    expect(await keys()).toEqual(['director.key.pem']);

    await rotation.begin(true, ann, 'it was not');
    await expect(rotation.accept(signed, ann)).rejects.toMatchObject({ code: 'kiten/director-root-other' });
    const again = (await rotation.pending())?.proposal as Uint8Array;
    // The program may end while the holders are on their way.
    const later = await open();
    await later.accept(writeMetadataFile(signMetadata(readMetadataFile(again), holder)), ann);
    expect([versionOf(later), holds(later), await keys()]).toEqual([2, true, ['director.key.pem']]);
  });

  it('belong to the root wherever a crash comes in between, and the same command goes on', async () => {
    const world = await newWorld();
    let reached = 0;
    for (let step = 0; step === reached; step += 1) {
      const parts = crashingAt(world.parts());
      const rotation = await DirectorRotation.open(parts);
      parts.crashAfter(step);
      const isWhole = await rotation.begin(false, ann, 'every year').then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          return false;
        },
      );
      const after = await world.open();
      expect(holds(after)).toBe(true);
      if (versionOf(after) === step + 1) {
        if ((await after.pending()) !== undefined) await after.cancel(ann, 'after the crash');
        await after.begin(false, ann, 'again');
      }
      expect([versionOf(after), holds(after)]).toEqual([step + 2, true]);
      expect(await world.keys()).toEqual(['director-root.key.pem', 'director.key.pem']);
      const decided = (await entriesOf(world.ledger)).filter(
        ({ type }) => type === 'update/director-rotated',
      );
      expect(decided).toHaveLength(step + 1);
      if (!isWhole) reached += 1;
    }
    expect(reached).toBeGreaterThanOrEqual(9);
  });

  it('go over although the root came out and nothing after it did', async () => {
    const world = await newWorld();
    const parts = world.parts();
    const publish = async () => {
      await copyFile(join(world.director, 'staged/root.json'), join(world.director, 'metadata/2.root.json'));
      throw new Crash('publish');
    };
    Object.assign(parts.files.repository, { publish });
    const rotation = await DirectorRotation.open({ ...parts, files: world.parts().files });
    await expect(DirectorRotation.open(parts).then((one) => one.begin(false, ann, 'x'))).rejects.toThrow(
      Crash,
    );
    expect(versionOf(rotation)).toBe(1);
    const after = await world.open();
    expect([versionOf(after), holds(after)]).toEqual([2, true]);
    expect(await readdir(join(world.director, 'staged'))).toEqual([]);
  });

  it('can be rehearsed, with and without a thief, and nothing is changed', async () => {
    const { open, director, keys, ledger } = await newWorld();
    const rotation = await open();
    const files = await readdir(join(director, 'metadata'));
    for (const stolen of [false, true]) {
      const { asExpected, steps } = await rotation.rehearse(stolen);
      expect(asExpected).toBe(true);
      const refused = steps.flatMap(({ clients }) => clients).filter((one) => 'refuses' in one);
      expect(refused.length > 0).toBe(stolen);
    }
    expect(await readdir(join(director, 'metadata'))).toEqual(files);
    expect([versionOf(rotation), ledger.size]).toEqual([1, 0]);
    expect(await keys()).toEqual(['director-root.key.pem', 'director.key.pem']);
  });
});
