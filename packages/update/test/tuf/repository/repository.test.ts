import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMetadataFile, signMetadata, verifyMetadataFile, writeMetadataFile } from '../../../src/index.ts';
import { codeOf } from '../../support/fixture.ts';
import { ed25519Signer, nodeVerify, rsaSigner } from '../../support/keys.ts';
import { heldBy, newRepository, publishedRepository } from '../../support/repository-fixture.ts';
import { day, hashesOf } from '../../support/simulator.ts';

describe('a repository', () => {
  it('stages what its holders are to sign, and serves nothing before that', async () => {
    const fixture = await newRepository();
    expect(await fixture.repository.staged()).toMatchObject([
      { role: 'root', version: 1 },
      { role: 'targets', version: 1 },
    ]);
    expect(await codeOf(fixture.repository.publish(fixture.online))).toMatchObject({
      code: 'update/unsigned',
    });
    await fixture.repository.sign('root', fixture.root[0]!);
    expect(await codeOf(fixture.repository.publish(fixture.online))).toMatchObject({
      code: 'update/threshold',
    });
    expect(await readdir(join(fixture.directory, 'metadata'))).toEqual([]);
  });

  it('serves what is signed, and clients take it', async () => {
    const fixture = await newRepository();
    await fixture.addTarget('pump/firmware.bin', 'release 1', { custom: { hardware: ['pump-3'] } });
    expect(await fixture.publish()).toEqual({ root: 1, timestamp: 1, snapshot: 1, targets: { targets: 1 } });
    expect((await readdir(join(fixture.directory, 'metadata'))).sort()).toEqual([
      ...['1.root.json', '1.snapshot.json', '1.targets.json', 'timestamp.json'],
    ]);
    expect(await fixture.repository.staged()).toEqual([]);
    const client = await fixture.client();
    expect(await client.read('pump/firmware.bin')).toBe('release 1');
    expect(await fixture.verify()).toMatchObject({ root: 1, files: 1 });
  });

  it('says of each target its length, two hashes, and what its makers add', async () => {
    const fixture = await newRepository();
    await fixture.addTarget('__proto__', 'odd', { custom: { counter: 3 } });
    await fixture.publish();
    const file = readMetadataFile(await readFile(join(fixture.directory, 'metadata', '1.targets.json')));
    const [[path, target]] = Object.entries(file.signed.targets as object) as [[string, unknown]];
    expect(path).toBe('__proto__');
    expect(target).toEqual({
      length: 3,
      hashes: { ...hashesOf(Buffer.from('odd')), sha512: expect.stringMatching(/^[0-9a-f]{128}$/) },
      custom: { counter: 3 },
    });
  });

  it('passes a file from holder to holder, each adding a signature', async () => {
    const fixture = await newRepository();
    const file = (await fixture.repository.staged())[0]!.file;
    let carried = await readFile(file);
    for (const holder of [fixture.root[2]!, fixture.root[0]!, fixture.root[2]!]) {
      carried = Buffer.from(writeMetadataFile(signMetadata(readMetadataFile(carried), holder)));
    }
    expect(readMetadataFile(carried).signatures).toHaveLength(2);
    await writeFile(file, carried);
    await fixture.repository.sign('targets', fixture.targets);
    await fixture.repository.publish(fixture.online);
    expect(await fixture.verify()).toMatchObject({ root: 1 });
  });

  it('does not count what was signed before it was changed', async () => {
    const fixture = await publishedRepository();
    await fixture.addTarget('valve.bin', 'valve');
    await fixture.repository.sign('targets', fixture.targets);
    await fixture.addTarget('other.bin', 'other');
    expect(await codeOf(fixture.repository.publish(fixture.online))).toMatchObject({
      code: 'update/unsigned',
    });
    expect(await fixture.publish()).toMatchObject({ targets: { targets: 2 } });
  });

  it('goes on from version to version, and takes targets away again', async () => {
    const fixture = await publishedRepository();
    const client = await fixture.client();
    await client.read('pump/firmware.bin');
    await fixture.addTarget('pump/firmware.bin', 'release 2');
    await fixture.addTarget('valve.bin', 'valve');
    expect(await fixture.publish()).toMatchObject({ timestamp: 2, snapshot: 2, targets: { targets: 2 } });
    expect(await client.read('pump/firmware.bin')).toBe('release 2');
    await fixture.repository.removeTarget('valve.bin');
    await fixture.publish();
    expect(await codeOf(client.read('valve.bin'))).toMatchObject({ code: 'update/no-such-target' });
    expect(await codeOf(fixture.repository.removeTarget('valve.bin'))).toMatchObject({
      code: 'update/no-such-target',
    });
  });

  it('with nothing new serves a new timestamp, and a new snapshot when half of its time is over', async () => {
    const fixture = await publishedRepository();
    expect(await fixture.publish()).toMatchObject({ timestamp: 2, snapshot: 1 });
    fixture.clock.advance(4 * day);
    expect(await fixture.publish()).toMatchObject({ timestamp: 3, snapshot: 2 });
  });

  it('delegates to a supplier who has keys of its own', async () => {
    const fixture = await publishedRepository();
    const supplier = rsaSigner();
    await fixture.repository.delegate({ name: 'valves/acme', paths: ['valve/*'], ...heldBy([supplier]) });
    await fixture.publish({ 'valves/acme': [supplier] });
    await fixture.addTarget('valve/firmware.bin', 'valve 1', { role: 'valves/acme' });
    // The targets role has nothing to sign for that.
    expect((await fixture.repository.staged()).map(({ role }) => role)).toEqual(['valves/acme']);
    await fixture.publish({ 'valves/acme': [supplier] });
    const client = await fixture.client();
    expect(await client.read('valve/firmware.bin')).toBe('valve 1');
    expect(await fixture.verify()).toMatchObject({ targets: { targets: 2, 'valves/acme': 2 }, files: 2 });
  });

  it('serves no delegated role that another than its holders signed', async () => {
    const fixture = await publishedRepository();
    await fixture.repository.delegate({ name: 'acme', paths: ['*'], ...heldBy([ed25519Signer()]) });
    expect(await codeOf(fixture.publish({ acme: [fixture.targets] }))).toMatchObject({
      ...{ code: 'update/unsigned', detail: { role: 'acme' } },
    });
  });

  it('refuses what nobody could make good', async () => {
    const fixture = await publishedRepository();
    const { repository } = fixture;
    const one = heldBy([ed25519Signer()]);
    const codes = await Promise.all([
      codeOf(fixture.create()),
      codeOf(repository.rotate({ root: { ...one, threshold: 2 } })),
      codeOf(repository.rotate({ root: { ...one, threshold: 0 } })),
      codeOf(repository.addTarget('a', join(fixture.folder, 'nothing'))),
      codeOf(repository.addTarget('../a', join(fixture.folder, 'file'))),
      codeOf(repository.addTarget('a', join(fixture.folder, 'file'), { role: 'nobody' })),
      codeOf(repository.delegate({ name: 'root', paths: [], ...one })),
      codeOf(repository.sign('root', fixture.root[0]!)),
    ]);
    expect(codes.map(({ code }) => code)).toEqual([
      'update/repository-exists',
      'update/threshold-impossible',
      'update/threshold-impossible',
      'update/file-unreadable',
      'update/target-name',
      'update/no-such-role',
      'update/role-name',
      'update/nothing-staged',
    ]);
    expect(await repository.staged()).toEqual([]);
  });
});

describe('the verification of a repository', () => {
  it.each<[string, (directory: string) => Promise<void>, string]>([
    [
      'a target that is gone',
      (directory) => rm(join(directory, 'targets', 'pump'), { recursive: true }),
      'update/target-file-missing',
    ],
    [
      'a target that was changed',
      async (directory) => {
        const folder = join(directory, 'targets', 'pump');
        for (const name of await readdir(folder)) await writeFile(join(folder, name), 'release X');
      },
      'update/target-file-missing',
    ],
    [
      'a role that is gone',
      (directory) => rm(join(directory, 'metadata', '1.targets.json')),
      'update/role-file-missing',
    ],
    [
      'a role that was changed',
      async (directory) => {
        const file = join(directory, 'metadata', '1.targets.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('"length": 9', '"length": 8'));
      },
      'update/metadata-mismatch',
    ],
  ])('finds %s', async (_, damage, code) => {
    const fixture = await publishedRepository();
    expect(await fixture.verify()).toMatchObject({ files: 1 });
    await damage(fixture.directory);
    expect(await codeOf(fixture.verify())).toMatchObject({ code });
  });

  it('finds that the timestamp has expired', async () => {
    const fixture = await publishedRepository();
    fixture.clock.advance(2 * day);
    expect(await codeOf(fixture.verify())).toMatchObject({ code: 'update/expired' });
  });
});

describe('one metadata file', () => {
  it('holds under a root that names its role, until it expires', async () => {
    const fixture = await publishedRepository();
    const read = (name: string) => readFile(join(fixture.directory, 'metadata', name));
    const around = { clock: fixture.clock, verify: nodeVerify, root: await read('1.root.json') };
    for (const role of ['1.root', 'timestamp', '1.snapshot', '1.targets']) {
      expect(verifyMetadataFile(await read(`${role}.json`), around)).toMatchObject({ version: 1 });
    }
    const targets = await read('1.targets.json');
    const changed = Buffer.from(targets.toString('utf8').replace('"length": 9', '"length": 8'));
    const refused = (bytes: Uint8Array, code: string) =>
      expect(() => verifyMetadataFile(bytes, around)).toThrow(expect.objectContaining({ code }));
    refused(changed, 'update/unsigned');
    refused(Buffer.from('{"signed":{"_type":"mirrors"},"signatures":[]}'), 'update/no-such-role');
    fixture.clock.advance(91 * day);
    refused(targets, 'update/expired');
  });
});
