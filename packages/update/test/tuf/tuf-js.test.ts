// The TUF client of npm as an oracle: it reads what this repository serves, and this client reads what its models sign.
import { generateKeyPairSync, sign } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  type Key,
  Metadata,
  MetaFile,
  Root,
  Signature,
  Snapshot,
  TargetFile,
  Targets,
  Timestamp,
  Key as TufJsKey,
} from '@tufjs/models';
import { Updater } from 'tuf-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyIdOf } from '../../src/index.ts';
import { newClient } from '../support/fixture.ts';
import { ecdsaSigner, rsaSigner } from '../support/keys.ts';
import { heldBy, publishedRepository } from '../support/repository-fixture.ts';
import { day, hashesOf, isoTime, now, Simulator } from '../support/simulator.ts';

async function serve(directory: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const bytes = await readFile(join(directory, request.url ?? '')).catch(() => undefined);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('tuf-js', () => {
  it('follows this repository through a rotation, and fetches what it and a supplier speak for', async () => {
    const fixture = await publishedRepository();
    const supplier = rsaSigner();
    const added = ecdsaSigner();
    await fixture.repository.delegate({ name: 'acme', paths: ['valve/*'], ...heldBy([supplier]) });
    await fixture.publish({ acme: [supplier] });
    await fixture.addTarget('valve/firmware.bin', 'valve 1', { role: 'acme', custom: { counter: 1 } });
    await fixture.repository.rotate({ root: heldBy([...fixture.root, added], 3) });
    await fixture.publish({ acme: [supplier], root: [...fixture.root.slice(0, 2), added] });
    const url = await serve(fixture.directory);
    const metadataDir = join(fixture.folder, 'theirs');
    const targetDir = join(fixture.folder, 'their-targets');
    await mkdir(metadataDir);
    await mkdir(targetDir);
    await copyFile(join(fixture.directory, 'metadata', '1.root.json'), join(metadataDir, 'root.json'));
    const updater = new Updater({
      ...{ metadataDir, targetDir, metadataBaseUrl: `${url}/metadata`, targetBaseUrl: `${url}/targets` },
    });
    await updater.refresh();
    for (const [path, content] of [
      ['pump/firmware.bin', 'release 1'],
      ['valve/firmware.bin', 'valve 1'],
    ] as const) {
      const target = await updater.getTargetInfo(path);
      expect(target).toMatchObject({ length: content.length });
      const file = await updater.downloadTarget(target!, join(targetDir, 'file'));
      expect(await readFile(file, 'utf8')).toBe(content);
    }
    expect(await updater.getTargetInfo('other.bin')).toBeUndefined();
    const root = JSON.parse(await readFile(join(metadataDir, 'root.json'), 'utf8'));
    expect(root.signed.version).toBe(2);
  });

  it('signs metadata that this client takes, bins of succinct delegations included', async () => {
    const expires = isoTime(now + day);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = keyOf(publicKey.export({ format: 'pem', type: 'spki' }) as string);
    const signer = (data: Buffer) =>
      new Signature({ keyID: key.keyID, sig: sign('sha256', data, privateKey).toString('hex') });
    const common = { version: 1, specVersion: '1.0.0', expires };

    const root = new Root({ ...common, consistentSnapshot: true });
    for (const role of ['root', 'timestamp', 'snapshot', 'targets']) root.addKey(key, role);
    const succinct_roles = { keyids: [key.keyID], threshold: 1, bit_length: 4, name_prefix: 'bin' };
    const delegations = { keys: { [key.keyID]: key.toJSON() }, succinct_roles };
    const said = { _type: 'targets', spec_version: '1.0.0', version: 1, expires, targets: {}, delegations };
    const targets = Targets.fromJSON(said);
    const succinctRoles = targets.delegations!.succinctRoles!;
    const path = 'pump/firmware.bin';
    const content = Buffer.from('release 1');
    const bin = succinctRoles.getRoleForTarget(path);
    const target = new TargetFile({ path, length: content.length, hashes: hashesOf(content) });
    const bins = Array.from(succinctRoles.getRoles() as Generator<string>, (name) => {
      return [name, new Targets({ ...common, targets: name === bin ? { [path]: target } : {} })] as const;
    });
    const roles = [['targets', targets] as const, ...bins];
    const snapshot = new Snapshot({
      ...common,
      meta: Object.fromEntries(roles.map(([name]) => [`${name}.json`, new MetaFile({ version: 1 })])),
    });
    const timestamp = new Timestamp({ ...common, snapshotMeta: new MetaFile({ version: 1 }) });

    const repository = new Simulator();
    repository.files.clear();
    for (const [name, said] of [
      ...roles,
      ['root', root],
      ['snapshot', snapshot],
      ['timestamp', timestamp],
    ] as const) {
      const metadata = new Metadata<Targets | Root | Snapshot | Timestamp>(said);
      metadata.sign(signer);
      repository.serve(name, metadata.toJSON(), 1);
    }
    repository.files.set(`targets/pump/${hashesOf(content).sha256}.firmware.bin`, content);

    const fixture = await newClient(repository);
    expect(await fixture.client().find(path)).toMatchObject({ role: bin, length: 9 });
    await fixture.download(path);
    expect(await readFile(join(fixture.slot, 'pump%2Ffirmware.bin'), 'utf8')).toBe('release 1');
  });
});

function keyOf(pem: string): Key {
  const json = { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem } };
  return TufJsKey.fromJSON(keyIdOf(json), json);
}
