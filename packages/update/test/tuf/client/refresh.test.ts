// What a client does when all is well, and with what repositories do that is odd but allowed (TUF §5.3 to §5.6). Many
// of these are situations that tuf-conformance puts a client into.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { initialiseTufClient } from '../../../src/index.ts';
import { codeOf, newClient, settledClient, targetUrl } from '../../support/fixture.ts';
import { nodeVerify } from '../../support/keys.ts';
import { day, type Holder, holder, isoTime, now, Simulator } from '../../support/simulator.ts';

describe('a refresh', () => {
  it('asks for the next root, timestamp, snapshot and targets, in that order', async () => {
    const fixture = await newClient();
    expect(await fixture.refresh()).toEqual({ root: 1, timestamp: 1, snapshot: 1, targets: 1 });
    expect(fixture.repository.requests).toEqual([
      ...['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'],
    ]);
  });

  it('keeps each file as it was served, byte by byte', async () => {
    const fixture = await newClient();
    await fixture.refresh();
    expect((await readdir(fixture.metadata)).sort()).toEqual([
      // The lock, and the latest time that was seen.
      ...['.lock', '.time', 'root.json', 'snapshot.json', 'targets.json', 'timestamp.json'],
    ]);
    for (const role of ['root', 'snapshot', 'targets', 'timestamp']) {
      const kept = await readFile(join(fixture.metadata, `${role}.json`));
      expect(kept.equals(fixture.repository.file(`metadata/${role}.json`))).toBe(true);
    }
  });

  it('fetches nothing again that the timestamp says is current', async () => {
    const fixture = await settledClient();
    fixture.repository.requests.length = 0;
    await fixture.refresh();
    expect(fixture.repository.requests).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('sets aside a timestamp of the trusted version, whatever it says', async () => {
    const fixture = await settledClient();
    const { timestamp } = fixture.repository;
    timestamp.version -= 1;
    timestamp.expires = isoTime(now + 99 * day);
    fixture.repository.publish('timestamp');
    const before = await fixture.digest();
    await fixture.refresh();
    expect(await fixture.digest()).toBe(before);
  });

  it('asks for files by their plain names where snapshots are not consistent', async () => {
    const repository = new Simulator();
    repository.root.consistent_snapshot = false;
    repository.addTarget('targets', 'dir/valve.bin', 'valve');
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    const fixture = await newClient(repository);
    await fixture.download('dir/valve.bin');
    expect(repository.requests).toEqual([
      ...['2.root.json', '3.root.json', 'timestamp.json', 'snapshot.json', 'targets.json'],
      `${targetUrl.replace('https://repository.example/', '')}/dir/valve.bin`,
    ]);
  });

  it('goes on from metadata that has expired meanwhile', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.timestamp.expires = isoTime(now + 7 * day);
    repository.publish('timestamp');
    await fixture.refresh();
    repository.timestamp.expires = isoTime(now + 21 * day);
    repository.publishTargets('targets');
    fixture.clock.set(now + 18 * day);
    expect(await fixture.refresh()).toMatchObject({ timestamp: 4, snapshot: 3, targets: 3 });
  });

  it('takes members that the standard does not know, and signs them along', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    repository.root['x-note'] = { a: [1, null, true] };
    repository.root.roles.root['x-period'] = 60;
    const [{ keyId }] = repository.holders.root as [Holder];
    // What is added to a key changes nothing of an id over keytype, scheme and keyval.
    repository.root.keys[keyId] = { ...repository.root.keys[keyId], keyid_hash_algorithms: ['md5'] };
    repository.publish('root');
    expect(await fixture.refresh()).toMatchObject({ root: 2 });
  });

  it('takes a threshold that nobody can meet as what it is: the root holds, the role does not', async () => {
    const fixture = await settledClient();
    fixture.repository.root.roles.timestamp.threshold = 2;
    fixture.repository.publish('root', 'timestamp');
    expect(await codeOf(fixture.refresh())).toMatchObject({ code: 'update/threshold' });
    expect(await fixture.kept('root')).toBe(2);
    expect(await fixture.kept('timestamp')).toBe(2);
  });

  it('lets a holder who has yet to sign stand there with an empty signature', async () => {
    const fixture = await settledClient();
    const { repository } = fixture;
    const absent = holder();
    repository.entrust('root', ...repository.holders.root!, absent);
    repository.root.version += 1;
    const file = repository.sign('root', repository.root, repository.holders.root!.slice(0, 1));
    file.signatures.push({ keyid: absent.keyId, sig: '' });
    repository.serve('root', file);
    expect(await fixture.refresh()).toMatchObject({ root: 2 });
  });

  it('mends a file that was damaged on the disk', async () => {
    const fixture = await settledClient();
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      await writeFile(join(fixture.metadata, `${role}.json`), '{');
    }
    expect(await fixture.refresh()).toMatchObject({ timestamp: 2, snapshot: 2, targets: 2 });
    expect(await fixture.kept('snapshot')).toBe(2);
  });

  it('clears away what a program that was killed has left', async () => {
    const fixture = await settledClient();
    await writeFile(join(fixture.metadata, '.pending-root.json'), 'half');
    await fixture.refresh();
    expect(await readdir(fixture.metadata)).not.toContain('.pending-root.json');
  });

  it('says so when it has no root to begin with', async () => {
    const fixture = await newClient();
    fixture.options = { metadataDirectory: fixture.slot };
    await fixture.refuses(() => fixture.refresh(), 'update/not-initialised');
    expect(fixture.repository.requests).toEqual([]);
  });

  it('passes on that a server cannot be reached, or answers with an error', async () => {
    const fixture = await settledClient();
    fixture.options = { fetch: () => Promise.reject(new Error('no route')) };
    await fixture.refuses(() => fixture.refresh(), 'update/fetch-failed');
    fixture.options = { fetch: async () => ({ status: 500, body: Readable.from([]) }) };
    await fixture.refuses(() => fixture.refresh(), 'update/fetch-failed');
  });
});

describe('beginning', () => {
  it('again with the same root changes nothing, with another is refused', async () => {
    const fixture = await settledClient();
    const begin = (root: Uint8Array) => initialiseTufClient(fixture.metadata, root, { verify: nodeVerify });
    expect(await begin(fixture.repository.file('metadata/1.root.json'))).toBe(1);
    const other = new Simulator().file('metadata/1.root.json');
    await fixture.refuses(() => begin(other), 'update/already-initialised');
  });
});
