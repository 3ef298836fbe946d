// Durable appends per second against what the disk allows, and the hashing behind them. One JSON line per figure;
// give a directory on the disk to be measured as the first argument.
import { generateKeyPairSync, sign } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@kiten/codec';
import { type Ledger, openLedger, verifyLedger } from '@kiten/ledger';

const rounds = 5;
const roundMilliseconds = 1000;
const entry = Buffer.alloc(200, 0x6b);
const bytesPerEntry = entry.length + 2 + 32;
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-bench-'));
const signer = makeSigner();

try {
  await measureAppends();
  await measureHashing(100_000);
} finally {
  rmSync(directory, { recursive: true });
}

async function measureAppends(): Promise<void> {
  const syncs: number[] = [];
  const bandwidth: number[] = [];
  const single: Rate[] = [];
  const many: Rate[] = [];
  for (let round = 0; round < rounds; round += 1) {
    syncs.push(bareSyncs());
    bandwidth.push(bareBandwidth());
    single.push(await appends(1, 3_600_000));
    many.push(await appends(128, 3_600_000));
  }
  const published: Rate[] = [];
  for (let round = 0; round < rounds; round += 1) published.push(await appends(128, 1000));
  const room = median(bandwidth) / bytesPerEntry;
  print('durable appends, 1 writer', median(single.map(perSecond)), 'appends/s', median(syncs));
  print('durable appends, 1 writer, per CPU', median(single.map(perCpuSecond)), 'appends/CPU s');
  print('durable appends, 128 writers', median(many.map(perSecond)), 'appends/s', room);
  print('durable appends, 128 writers, per CPU', median(many.map(perCpuSecond)), 'appends/CPU s');
  print(
    'durable appends, 128 writers, tiles published alongside',
    median(published.map(perSecond)),
    'appends/s',
    room,
  );
}

async function measureHashing(entries: number): Promise<void> {
  const tiles: number[] = [];
  const verified: number[] = [];
  const opened: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const path = join(directory, `tiles-${round}`);
    const ledger = await open(path, 3_600_000);
    for (let done = 0; done < entries; done += 1000) {
      await Promise.all(Array.from({ length: 1000 }, () => ledger.append(entry)));
    }
    tiles.push(entries / (await cpuSeconds(() => ledger.publish())));
    await ledger.close();
    verified.push(entries / (await cpuSeconds(() => verifyIntact(path))));
    opened.push(await cpuSeconds(async () => (await open(path, 3_600_000)).close()));
  }
  print('leaves hashed into tiles and published', median(tiles), 'leaves/CPU s');
  print(`entries verified of a log of ${entries}`, median(verified), 'entries/CPU s');
  print(`opening and closing a log of ${entries}`, median(opened) * 1000, 'CPU ms');
}

interface Rate {
  readonly count: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function appends(writers: number, publishInterval: number): Promise<Rate> {
  const path = join(directory, 'appends');
  rmSync(path, { recursive: true, force: true });
  const ledger = await open(path, publishInterval);
  const start = performance.now();
  let count = 0;
  const write = async (): Promise<void> => {
    for (; performance.now() - start < roundMilliseconds; count += 1) await ledger.append(entry);
  };
  const cpu = await cpuSeconds(() => Promise.all(Array.from({ length: writers }, write)));
  const rate = { count, seconds: (performance.now() - start) / 1000, cpuSeconds: cpu };
  await ledger.close();
  return rate;
}

/** 200 bytes written and synced again and again into a file that is full already: what the disk can do at best. */
function bareSyncs(): number {
  const fd = openSync(join(directory, 'bare'), 'w+');
  writeSync(fd, Buffer.alloc(4_194_304));
  fdatasyncSync(fd);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < roundMilliseconds; count += 1) {
    writeSync(fd, entry, 0, entry.length, (count * entry.length) % 4_000_000);
    fdatasyncSync(fd);
  }
  closeSync(fd);
  return (count * 1000) / (performance.now() - start);
}

/** Bytes a second, written front to back and synced at the end. */
function bareBandwidth(): number {
  const block = Buffer.alloc(1_048_576, 0x6b);
  const fd = openSync(join(directory, 'bare'), 'w');
  const start = performance.now();
  for (let count = 0; count < 128; count += 1) writeSync(fd, block);
  fdatasyncSync(fd);
  const seconds = (performance.now() - start) / 1000;
  closeSync(fd);
  return (128 * block.length) / seconds;
}

function open(path: string, publishInterval: number): Promise<Ledger> {
  const clock = { now: () => Date.now() };
  return openLedger({ directory: path, origin: 'bench.example/log', signer, clock, publishInterval });
}

async function verifyIntact(path: string): Promise<void> {
  const { intact } = await verifyLedger(path, { publicKey: signer.publicKey });
  if (!intact) throw new Error('The ledger that was just written is not intact.');
}

async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function perSecond({ count, seconds }: Rate): number {
  return count / seconds;
}

function perCpuSecond({ count, cpuSeconds: cpu }: Rate): number {
  return count / cpu;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function print(figure: string, value: number, unit: string, limit?: number): void {
  const rounded = Math.round(value);
  const compared =
    limit === undefined ? {} : { limit: Math.round(limit), ratio: Number((value / limit).toFixed(2)) };
  console.log(JSON.stringify({ figure, value: rounded, unit, ...compared }));
}

function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { algorithm: 'EdDSA', publicKey: spki, sign: (data) => sign(null, data, privateKey) };
}
