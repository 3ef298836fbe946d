// Durable appends per second against what the disk allows, and the hashing behind them. One JSON line per figure;
// give a directory on the disk to be measured as the first argument.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@kiten/codec';
import { type Ledger, openLedger, verifyLedger } from '@kiten/ledger';
import { cpuSeconds, median, print } from './figure.ts';
import { bareBandwidth, bareSyncs } from './support/bare-disk.ts';

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
    syncs.push(bareSyncs(directory, roundMilliseconds));
    bandwidth.push(bareBandwidth(directory));
    single.push(await appends(1, 3_600_000));
    many.push(await appends(128, 3_600_000));
  }
  const published: Rate[] = [];
  for (let round = 0; round < rounds; round += 1) published.push(await publishedAppends(128));
  const room = median(bandwidth) / bytesPerEntry;
  const unit = 'appends per second';
  print({
    figure: 'durable appends, 1 writer',
    value: median(single.map(perSecond)),
    unit,
    limit: median(syncs),
    floor: 1000,
    goal: 4000,
    rounds,
  });
  print({
    figure: 'durable appends, 1 writer',
    value: median(single.map(perCpuSecond)),
    unit: 'appends per CPU second',
    rounds,
  });
  print({
    figure: 'durable appends, 128 writers',
    value: median(many.map(perSecond)),
    unit,
    limit: room,
    floor: 30_000,
    goal: 200_000,
    rounds,
  });
  print({
    figure: 'durable appends, 128 writers',
    value: median(many.map(perCpuSecond)),
    unit: 'appends per CPU second',
    rounds,
  });
  const alongside = 'durable appends, 128 writers, tiles published alongside, up to the last checkpoint';
  print({
    figure: alongside,
    value: median(published.map(perSecond)),
    unit,
    limit: room,
    floor: 30_000,
    goal: 150_000,
    rounds,
  });
  print({
    figure: alongside,
    value: median(published.map(perCpuSecond)),
    unit: 'appends per CPU second',
    rounds,
  });
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
  print({
    figure: 'leaves hashed into tiles and published',
    value: median(tiles),
    unit: 'leaves per CPU second',
    floor: 100_000,
    goal: 200_000,
    rounds,
  });
  const log = `a log of ${entries} entries`;
  print({ figure: `verifying ${log}`, value: median(verified), unit: 'entries per CPU second', rounds });
  print({ figure: `opening and closing ${log}`, value: median(opened) * 1000, unit: 'ms', rounds });
}

interface Rate {
  readonly count: number;
  readonly seconds: number;
  readonly cpu: number;
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
  const rate = { count, seconds: (performance.now() - start) / 1000, cpu };
  await ledger.close();
  return rate;
}

/** Appends while tiles are published every 200 milliseconds; the time runs on until those of the last entry are. */
async function publishedAppends(writers: number): Promise<Rate> {
  const path = join(directory, 'published');
  rmSync(path, { recursive: true, force: true });
  const ledger = await open(path, 200);
  const start = performance.now();
  let count = 0;
  const write = async (): Promise<void> => {
    for (; performance.now() - start < roundMilliseconds; count += 1) await ledger.append(entry);
  };
  const cpu = await cpuSeconds(async () => {
    await Promise.all(Array.from({ length: writers }, write));
    await ledger.publish();
  });
  const rate = { count, seconds: (performance.now() - start) / 1000, cpu };
  await ledger.close();
  return rate;
}

function open(path: string, publishInterval: number): Promise<Ledger> {
  const clock = { now: () => Date.now() };
  return openLedger({ directory: path, origin: 'bench.example/log', signer, clock, publishInterval });
}

async function verifyIntact(path: string): Promise<void> {
  const { intact } = await verifyLedger(path, { publicKey: signer.publicKey });
  if (!intact) throw new Error('The ledger that was just written is not intact.');
}

function perSecond({ count, seconds }: Rate): number {
  return count / seconds;
}

function perCpuSecond({ count, cpu }: Rate): number {
  return count / cpu;
}

function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { algorithm: 'EdDSA', publicKey: spki, sign: (data) => sign(null, data, privateKey) };
}
