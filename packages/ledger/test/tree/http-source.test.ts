import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditLog,
  type HttpGet,
  httpSource,
  publishedResource,
  signedCheckpoint,
  TileReader,
} from '../../src/index.ts';
import { appendInGroups, openTestLedger, origin, signer, temporaryDirectory, testEntry } from '../support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const publicKeys = [signer.publicKey];
let server: Server;
let prefix: string;

/** A site that serves its log as `publishedResource` hands it out. */
beforeAll(async () => {
  const directory = await temporaryDirectory();
  const ledger = await openTestLedger(directory);
  for (const count of [100, 300, 300]) {
    await appendInGroups(ledger, [count]);
    await ledger.publish();
  }
  await ledger.close();
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/log/', '');
    if (path === 'broken') return void response.writeHead(500).end();
    if (path === 'tile/0/999') return void response.writeHead(410).end();
    publishedResource(directory, path).then((resource) => {
      if (resource === undefined) response.writeHead(404).end('not here');
      else response.writeHead(200, { 'content-type': resource.contentType }).end(resource.bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  prefix = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`;
});

afterAll(() => server.close());

const get: HttpGet = async (url) => {
  const answer = await fetch(url, { redirect: 'error' });
  return { status: answer.status, body: await answer.bytes() };
};

describe('a log behind a web server', () => {
  it('is audited and proves what it says, as from its own directory', async () => {
    const source = httpSource(prefix, get);
    expect(await auditLog(source, { publicKeys, origin })).toMatchObject({ intact: true, entries: 700 });
    const checkpoint = await signedCheckpoint(source, { publicKeys, origin });
    const reader = new TileReader(source, checkpoint);
    expect(Buffer.from(await reader.entryAt(650))).toEqual(testEntry(650));
    expect(await reader.rootOf()).toEqual(Buffer.from(checkpoint.root));
  });

  it('lacks what it answers 404 or 410 for', async () => {
    const source = httpSource(prefix, get);
    expect(await source.read('tile/0/004')).toBeUndefined();
    expect(await source.read('tile/0/999')).toBeUndefined();
  });

  it.each<[string, HttpGet]>([
    ['another status', (_, most) => get(`${prefix}broken`, most)],
    ['a refused connection', () => get('http://127.0.0.1:1/', 1)],
    ['more than such a file can have', async (_, most) => ({ status: 200, body: new Uint8Array(most + 1) })],
  ])('cannot be read with %s', async (_, fetched) => {
    await expect(httpSource(prefix, fetched).read('checkpoint')).rejects.toThrow(
      refusal('ledger/unreadable'),
    );
    const expected = { publicKeys, origin };
    await expect(signedCheckpoint(httpSource(prefix, fetched), expected)).rejects.toThrow(
      refusal('ledger/unreadable'),
    );
  });

  it('is asked for no more than a file of its kind can have, below its prefix', async () => {
    const asked: [string, number][] = [];
    const source = httpSource('https://log.example/a//', async (url, most) => {
      asked.push([url, most]);
      return { status: 404, body: new Uint8Array(0) };
    });
    for (const path of ['checkpoint', 'tile/3/000', 'tile/entries/000.p/7']) await source.read(path);
    expect(asked).toEqual([
      ['https://log.example/a/checkpoint', 65_536],
      ['https://log.example/a/tile/3/000', 8192],
      ['https://log.example/a/tile/entries/000.p/7', 256 * 65_537],
    ]);
  });
});

describe('a signed checkpoint', () => {
  it.each([
    [
      'ledger/checkpoint-forged',
      { publicKeys: [Buffer.concat([signer.publicKey.subarray(0, 12), Buffer.alloc(32)])] },
    ],
    ['ledger/other-log', { publicKeys, origin: 'b.example/log' }],
    ['ledger/key-unsuitable', { publicKeys: [new Uint8Array(3)] }],
  ])('is refused as %s', async (code, expected) => {
    await expect(signedCheckpoint(httpSource(prefix, get), expected)).rejects.toThrow(refusal(code));
  });
});
