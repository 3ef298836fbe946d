// The TUF client of the command line against a repository on the loopback, by the interface of tuf-conformance.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holder, isoTime, Simulator } from '../packages/update/test/support/simulator.ts';
import { kiten } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';

let server: Server;
let served: Simulator;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    served.requests.push(path);
    const bytes = served.files.get(path);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => server.close());

/** A client with a repository of its own, initialised. */
async function clientOf(repository = new Simulator()) {
  served = repository;
  const folder = await newFolder();
  const [metadata, targets] = [join(folder, 'metadata'), join(folder, 'targets')];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const root = join(folder, 'initial.json');
  await writeFile(root, repository.file('metadata/1.root.json'));
  const run = (...args: string[]) => kiten(['update', 'tuf-client', '--metadata-dir', metadata, ...args]);
  expect(await run('init', root)).toMatchObject({ code: 0, stderr: '' });
  const source = ['--metadata-url', `${url}/metadata/`];
  return {
    ...{ folder, metadata, targets, url, run },
    refresh: (...more: string[]) => run(...source, 'refresh', ...more),
    download: (name: string, ...more: string[]) => {
      const where = ['--target-name', name, '--target-dir', targets, '--target-base-url', `${url}/targets/`];
      return run(...source, ...where, 'download', ...more);
    },
  };
}

/** The files of roles that a client trusts; beside them lie its lock and the latest time that it has seen. */
const trustedFiles = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((file) => file !== '.lock' && file !== '.time');

describe('kiten update tuf-client', () => {
  it('initialises, refreshes and downloads, with its state in the two directories alone', async () => {
    const repository = new Simulator();
    repository.addTarget('targets', 'path/to/file.txt', 'contents', { custom: { counter: 7 } });
    repository.publishTargets('targets');
    const client = await clientOf(repository);
    expect(await trustedFiles(client.metadata)).toEqual(['root.json']);
    const refreshed = await client.refresh('--json');
    expect(JSON.parse(refreshed.stdout)).toEqual({ root: 1, timestamp: 2, snapshot: 2, targets: 2 });
    const downloaded = await client.download('path/to/file.txt', '--json');
    expect(JSON.parse(downloaded.stdout)).toEqual({
      ...{
        target: 'path/to/file.txt',
        file: 'path%2Fto%2Ffile.txt',
        present: false,
        role: 'targets',
        length: 8,
      },
      custom: { counter: 7 },
    });
    expect(await readFile(join(client.targets, 'path%2Fto%2Ffile.txt'), 'utf8')).toBe('contents');
    expect((await readdir(client.folder)).sort()).toEqual(['initial.json', 'metadata', 'targets']);
    repository.requests.length = 0;
    expect((await client.download('path/to/file.txt')).stdout).toMatch(/which was there\n$/);
    expect(repository.requests.filter((path) => path.startsWith('targets/'))).toEqual([]);
  });

  it('takes its flags before the verb and behind it', async () => {
    const client = await clientOf();
    const { code } = await kiten([
      ...['update', 'tuf-client', 'refresh', '--metadata-url', `${client.url}/metadata`],
      ...['--metadata-dir', client.metadata],
    ]);
    expect(code).toBe(0);
    expect((await trustedFiles(client.metadata)).sort()).toEqual([
      ...['root.json', 'snapshot.json', 'targets.json', 'timestamp.json'],
    ]);
  });

  it('exits with 1 and the code of what it refuses', async () => {
    const client = await clientOf();
    served.timestamp.expires = isoTime(Date.UTC(2020, 0, 1));
    served.publish('timestamp');
    expect(refusal(await client.refresh('--json'))).toBe('update/expired');
    expect(await trustedFiles(client.metadata)).toEqual(['root.json']);
    expect(refusal(await client.run('refresh', '--json'))).toBe('kiten/option-missing');
    expect(refusal(await client.run('init', join(client.folder, 'nothing'), '--json'))).toBe(
      'kiten/file-unreadable',
    );
  });

  it('asks for a role of an odd name by its quoted name, and keeps it within its directory', async () => {
    const client = await clientOf();
    served.delegate('targets', '../delegated/role?#');
    served.publishTargets('../delegated/role?#', 'targets');
    expect(refusal(await client.download('nothing', '--json'))).toBe('update/no-such-target');
    expect(served.requests).toContain('metadata/1...%2Fdelegated%2Frole%3F%23.json');
    expect(await trustedFiles(client.metadata)).toHaveLength(5);
    expect((await readdir(client.folder)).sort()).toEqual(['initial.json', 'metadata']);
  });

  it('trusts no root that did not sign itself, and then asks nobody', async () => {
    const client = await clientOf();
    const bad = join(client.folder, 'bad.json');
    const other = join(client.folder, 'other');
    await mkdir(other);
    await writeFile(bad, JSON.stringify(served.sign('root', served.root, [holder()])));
    served.requests.length = 0;
    const start = ['update', 'tuf-client', '--metadata-dir', other];
    expect(refusal(await kiten([...start, 'init', bad, '--json']))).toBe('update/unsigned');
    const refreshed = await kiten([
      ...start,
      'refresh',
      '--metadata-url',
      `${client.url}/metadata`,
      '--json',
    ]);
    expect(refusal(refreshed)).toBe('update/not-initialised');
    expect(served.requests).toEqual([]);
  });
});
