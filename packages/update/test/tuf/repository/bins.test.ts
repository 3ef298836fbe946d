// So many targets that no client fetches what is said of all of them: bins (TAP 15).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binFor } from '../../../src/index.ts';
import { codeOf } from '../../support/fixture.ts';
import { ed25519Signer } from '../../support/keys.ts';
import { heldBy, newRepository, type RepositoryFixture } from '../../support/repository-fixture.ts';

const bins = { bitLength: 3, namePrefix: 'bin' };

async function inBins() {
  const fixture = await newRepository();
  const keeper = ed25519Signer();
  expect(await fixture.repository.delegateToBins({ ...bins, ...heldBy([keeper]) })).toBe(8);
  const signers = Object.fromEntries(Array.from({ length: 8 }, (_, bin) => [`bin-${bin}`, [keeper]]));
  const publish = () => fixture.publish(signers);
  return { fixture, keeper, publish };
}

const served = async ({ directory }: RepositoryFixture, file: string) =>
  JSON.parse(await readFile(join(directory, 'metadata', file), 'utf8')).signed;

describe('targets in bins', () => {
  it('are found by a client that fetches one bin of them', async () => {
    const { fixture, publish } = await inBins();
    for (let index = 0; index < 20; index += 1) {
      await fixture.repository.addTarget(`valve/${index}`, join(fixture.directory, 'staged', 'root.json'), {
        role: 'bin',
      });
    }
    await fixture.addTarget('valve/mine', 'release 1', { role: 'bin' });
    await publish();
    const client = await fixture.client();
    expect(await client.read('valve/mine')).toBe('release 1');
    expect(await codeOf(client.read('valve/none'))).toMatchObject({ code: 'update/no-such-target' });
    expect(await fixture.verify()).toMatchObject({ files: 21 });
    const [{ hashes }] = Object.values(
      (await served(fixture, `1.${binFor(bins, 'valve/mine')}.json`)).targets,
    ) as [{ hashes: object }];
    expect(Object.keys(hashes)).toEqual(['sha256']);
  });

  it('are listed in the snapshot by version alone', async () => {
    const { fixture, publish } = await inBins();
    await publish();
    const { meta } = await served(fixture, '1.snapshot.json');
    expect(meta['bin-5.json']).toEqual({ version: 1 });
    expect(meta['targets.json']).toMatchObject({ version: 1, length: expect.any(Number) });
  });

  it('change bin by bin: the others are served as they were', async () => {
    const { fixture, publish } = await inBins();
    await publish();
    await fixture.repository.listTargets(
      [['valve/a', { length: 1, hashes: { sha256: '00'.repeat(32) } }]],
      'bin',
    );
    expect((await fixture.repository.staged()).map(({ role }) => role)).toEqual([binFor(bins, 'valve/a')]);
    await publish();
    const { meta } = await served(fixture, '2.snapshot.json');
    const versions = Object.values(meta as Record<string, { version: number }>).map(({ version }) => version);
    expect(versions.filter((version) => version === 2)).toHaveLength(1);
    await fixture.repository.removeTarget('valve/a', 'bin');
    expect((await fixture.repository.staged()).map(({ role }) => role)).toEqual([binFor(bins, 'valve/a')]);
  });

  it('stay in as many bins, get other keys, and stand beside no roles by name', async () => {
    const { fixture, publish } = await inBins();
    await publish();
    const again = (more: object) =>
      fixture.repository.delegateToBins({ ...bins, ...heldBy([ed25519Signer()]), ...more });
    for (const more of [{ bitLength: 4 }, { namePrefix: 'other' }, { bitLength: 0 }, { bitLength: 17 }]) {
      expect(await codeOf(again(more))).toMatchObject({ code: 'update/bins-impossible' });
    }
    const named = { name: 'acme', paths: ['*'], ...heldBy([ed25519Signer()]) };
    expect(await codeOf(fixture.repository.delegate(named))).toMatchObject({
      code: 'update/delegations-mixed',
    });
    await again({});
    expect((await fixture.repository.staged()).map(({ role }) => role)).toEqual(['targets']);
    expect(await readdir(join(fixture.directory, 'staged'))).toEqual(['targets.json']);
  });

  it('are not begun where roles by name are', async () => {
    const fixture = await newRepository();
    await fixture.repository.delegate({ name: 'acme', paths: ['*'], ...heldBy([ed25519Signer()]) });
    const begun = fixture.repository.delegateToBins({ ...bins, ...heldBy([ed25519Signer()]) });
    expect(await codeOf(begun)).toMatchObject({ code: 'update/delegations-mixed' });
  });
});
