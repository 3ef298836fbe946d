// 1,000,000 targets in 4,096 bins (TAP 15): the metadata that a client fetches from a web server that compresses it, in
// octets on the wire. A repository is made as `kiten update` makes one, served over HTTP, and asked by our own client:
// cold, with the first root alone; warm, when nothing is new; and after a release in another bin. Versions differ from bin to
// bin, as they do after some time.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { manualClock } from '@kiten/codec';
import { generateSigner, nodeVerify } from '@kiten/identity';
import { initialiseTufClient, type NewTarget, TufClient, TufRepository } from '@kiten/update';
import { print } from './figure.ts';

const count = Number(process.env.KITEN_TARGETS ?? 1_000_000);
const bins = { bitLength: 12, namePrefix: 'bin' };
const clock = manualClock(Date.UTC(2030, 0, 1));
const signer = generateSigner('EdDSA');
const held = { keys: [signer], threshold: 1 };
// Thousands of files are synced one by one, which a disk takes minutes for and which is not what is measured.
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = await mkdtemp(join(place, 'kiten-bench-'));
const directory = join(folder, 'repository');
const repository = new TufRepository({ directory, clock, verify: nodeVerify });

const encodings = {
  zstd: (bytes: Uint8Array) =>
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }),
  gzip: (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }),
};
let encoding: keyof typeof encodings = 'zstd';
let octets = 0;
const server = createServer(async (request, response) => {
  const bytes = await readFile(join(directory, request.url ?? '')).catch(() => undefined);
  const body = bytes === undefined ? undefined : encodings[encoding](bytes);
  octets += body?.length ?? 0;
  response.writeHead(body === undefined ? 404 : 200, { 'content-encoding': encoding }).end(body ?? '');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;

const pathOf = (index: number): string => `firmware/model-${index % 100}/release-${index}.bin`;

function targetOf(index: number): readonly [string, NewTarget] {
  const sha256 = createHash('sha256').update(`${index}`).digest('hex');
  return [pathOf(index), { length: 1000 + index, hashes: { sha256 } }];
}

function* targets(from: number, to: number): Generator<readonly [string, NewTarget]> {
  for (let index = from; index < to; index += 1) yield targetOf(index);
}

async function publish(): Promise<void> {
  for (const { role } of await repository.staged()) await repository.sign(role, signer);
  await repository.publish([signer]);
}

async function newClient(name: string): Promise<() => Promise<number>> {
  const metadataDirectory = join(folder, name);
  await mkdir(metadataDirectory);
  await initialiseTufClient(metadataDirectory, await readFile(join(directory, 'metadata', '1.root.json')), {
    verify: nodeVerify,
  });
  return async () => {
    octets = 0;
    const fetchFile = async (address: string, signal: AbortSignal) => {
      const { status, body } = await fetch(address, { signal, headers: { 'accept-encoding': encoding } });
      return { status, body: body as AsyncIterable<Uint8Array> };
    };
    const client = new TufClient({
      metadataDirectory,
      metadataUrl: url,
      fetch: fetchFile,
      verify: nodeVerify,
      clock,
    });
    const found = await client.find(pathOf(4711 % count));
    if (found.length !== 1000 + (4711 % count)) throw new Error('The client found another target.');
    return octets;
  };
}

try {
  await repository.create({ root: held, targets: held, snapshot: held, timestamp: held });
  await repository.delegateToBins({ ...bins, ...held });
  await repository.listTargets(targets(0, count), 'bin');
  await publish();
  // A time after, in which half of the bins have come to say something new.
  await repository.listTargets(targets(count, count + 2_800), 'bin');
  await publish();
  const clients = { zstd: await newClient('zstd'), gzip: await newClient('gzip') };
  const million = `${count.toLocaleString('en')} targets`;
  for (const name of ['zstd', 'gzip'] as const) {
    encoding = name;
    const figure = (said: string, value: number, floor: number, goal: number) =>
      print({ figure: `${million}, ${name}: ${said}`, value: value / 1000, unit: 'kB', floor, goal });
    figure('metadata that a client fetches cold', await clients[name](), 40, 25);
    figure('warm, nothing new', await clients[name](), 1, 0.5);
  }
  await repository.listTargets(targets(count + 5000, count + 5001), 'bin');
  await publish();
  for (const name of ['zstd', 'gzip'] as const) {
    encoding = name;
    const value = (await clients[name]()) / 1000;
    print({ figure: `${million}, ${name}: warm, after a release in another bin`, value, unit: 'kB' });
  }
} finally {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
