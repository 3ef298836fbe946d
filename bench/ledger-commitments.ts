// What stands beside the log's entries: sorted trees, stream windows, payloads. One JSON line per figure; give a
// directory on the disk to be measured as the first argument.
import { hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPayloadStore, SortedTree, StreamWindow } from '@kiten/ledger';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 5;
const items = 100_000;
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-bench-'));

try {
  await measureSortedTree();
  await measureWindow();
  await measurePayloads();
} finally {
  rmSync(directory, { recursive: true });
}

async function measureSortedTree(): Promise<void> {
  const serials = Array.from({ length: items }, () => randomBytes(20));
  const built: Measured[] = [];
  const front: number[] = [];
  const back: number[] = [];
  const exchanged: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const limit = await hashing(2 * items, 65);
    let tree = SortedTree.of([]);
    built.push({ limit, seconds: await cpuSeconds(() => (tree = SortedTree.of(serials))) });
    front.push(await cpuSeconds(() => tree.with([Buffer.alloc(20, 0)])));
    back.push(await cpuSeconds(() => tree.with([Buffer.alloc(20, 0xff)])));
    const [gone] = serials;
    exchanged.push(await cpuSeconds(() => tree.with([Buffer.concat([gone!, Buffer.of(0)])], [gone!])));
  }
  const limit = median(built.map((each) => each.limit)) * 1000;
  const value = median(built.map((each) => each.seconds)) * 1000;
  const unit = 'ms of CPU';
  print({ figure: `sorted tree of ${items} items, built (limit: its hashes)`, value, unit, limit, rounds });
  const changes = {
    'one item more before the first': front,
    'one item more behind the last': back,
    'one item for another in its place': exchanged,
  };
  for (const [change, times] of Object.entries(changes)) {
    print({ figure: `the same, ${change}`, value: median(times) * 1000, unit, rounds });
  }
}

async function measureWindow(): Promise<void> {
  const content = randomBytes(64);
  const salts = randomBytes(32 * items);
  const rates: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    limits.push(
      items / ((await hashing(items, 97)) + (await hashing(items, 33)) + (await hashing(items, 65))),
    );
    const seconds = await cpuSeconds(() => {
      const window = new StreamWindow('bench/stream', items);
      for (let at = 0; at < salts.length; at += 32) window.add(content, salts.subarray(at, at + 32));
      window.close(0, 1);
    });
    rates.push(items / seconds);
  }
  const figure = `items of 64 bytes in a window of ${items}, closing included (limit: three hashes each)`;
  print({ figure, value: median(rates), unit: 'items per CPU second', limit: median(limits), rounds });
}

async function measurePayloads(): Promise<void> {
  const count = 200;
  const content = randomBytes(16_384);
  const store = await openPayloadStore({ directory: join(directory, 'payloads'), clock: { now: () => 0 } });
  const puts: number[] = [];
  const limits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    limits.push(count / seconds(() => bareFiles(count, content)));
    const start = performance.now();
    for (let index = 0; index < count; index += 1) await store.put(content, randomBytes(32));
    puts.push(count / ((performance.now() - start) / 1000));
  }
  const figure = 'payloads of 16 KiB put, durably, one after the other (limit: file, sync, rename, sync)';
  print({ figure, value: median(puts), unit: 'payloads per second', limit: median(limits), rounds });
}

interface Measured {
  readonly seconds: number;
  readonly limit: number;
}

/** CPU seconds that the runtime takes for so many hashes of so many bytes. */
function hashing(count: number, bytes: number): Promise<number> {
  const input = randomBytes(bytes);
  return cpuSeconds(() => {
    for (let index = 0; index < count; index += 1) hash('sha256', input, 'binary');
  });
}

function bareFiles(count: number, content: Uint8Array): void {
  const folder = openSync(directory, 'r');
  for (let index = 0; index < count; index += 1) {
    const path = join(directory, 'bare');
    const file = openSync(path, 'w');
    writeSync(file, content);
    fdatasyncSync(file);
    closeSync(file);
    renameSync(path, `${path}-${index}`);
    fsyncSync(folder);
  }
  closeSync(folder);
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
