import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { verifyEd25519 } from '../src/ed25519.ts';
import { auditLog, directorySource, type Ledger, parseCheckpoint, verifyNote } from '../src/index.ts';
import {
  allEntries,
  openTestLedger,
  origin,
  signer,
  temporaryDirectory,
  testSigner,
  verify,
} from './support.ts';

const program = join(import.meta.dirname, 'kill-writer.ts');
/** CONTRIBUTING.md names both. */
const long = process.env.KITEN_LONG === '1';
const seed = Number(process.env.KITEN_SEED ?? Math.floor(Math.random() * 2 ** 32));
const kills = long ? 210 : 12;
/** A ledger is followed over this many kills, then the next one starts, because each kill reads all of it. */
const killsPerLedger = 15;

/** What a writer said before it was killed. */
interface Said {
  /** `index → entry` of all that it was told is on the disk. */
  readonly acknowledged: ReadonlyMap<number, string>;
  readonly checkpoints: readonly string[];
  readonly attached: number;
}

describe('a log whose writer is killed at any moment', () => {
  it(`loses nothing and contradicts nothing, ${kills} times (seed ${seed})`, {
    timeout: 1_200_000,
  }, async () => {
    process.stderr.write(`kill.test.ts: KITEN_SEED=${seed}\n`);
    const random = numbersFrom(seed);
    const total = { acknowledged: 0, checkpoints: 0, attached: 0 };
    for (let kill = 0; kill < kills; ) {
      const directory = await temporaryDirectory();
      const known = new Map<number, string>();
      const seen = new Set<string>();
      for (let round = 0; round < killsPerLedger && kill < kills; round += 1, kill += 1) {
        const said = await killed(directory, random);
        for (const [index, entry] of said.acknowledged) known.set(index, entry);
        for (const text of said.checkpoints) seen.add(text);
        total.acknowledged += said.acknowledged.size;
        total.checkpoints += said.checkpoints.length;
        total.attached += said.attached;
        seen.add(await judge(directory, known, [...seen]));
      }
    }
    // A test that killed nobody at work would show nothing.
    expect(total.acknowledged).toBeGreaterThan(kills * 20);
    expect(total.checkpoints).toBeGreaterThan(kills / 3);
    expect(total.attached).toBeGreaterThan(kills / 4);
  });
});

/** Runs a writer and kills it: four times out of five in the middle of its work, else before or while it opens. */
async function killed(directory: string, random: () => number): Promise<Said> {
  const writers = [1, 16, 128][Math.floor(random() * 3)];
  const segmentBytes = [20_000, 200_000][Math.floor(random() * 2)];
  const atWork = random() < 0.8;
  const wait = random() * (atWork ? 30 : 400);
  const wanted = { bytes: random() * 20_000, checkpoint: random() < 0.7 };
  const child = spawn(process.execPath, [program, directory, String(writers), String(segmentBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  // By what it has done, not by the time it took: a busy machine must not make an idle writer of it.
  const hasDone = () => {
    const said = Buffer.concat(output);
    return said.length > wanted.bytes && (!wanted.checkpoint || said.includes('checkpoint '));
  };
  while (atWork && !hasDone()) await once(child.stdout, 'data');
  await setTimeout(wait);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await closed;
  // What follows the last newline may be half a line.
  const lines = Buffer.concat(output).toString().split('\n').slice(0, -1);
  const acknowledged = lines.flatMap((line) => {
    const match = /^([0-9]+) (writer .*)$/.exec(line);
    return match === null ? [] : [[Number(match[1]), match[2]!] as const];
  });
  const checkpoints = lines
    .filter((line) => line.startsWith('checkpoint '))
    .map((line) => JSON.parse(line.slice('checkpoint '.length)) as string);
  const attached = lines.filter((line) => line.startsWith('attached ')).length;
  return { acknowledged: new Map(acknowledged), checkpoints, attached };
}

/** Judges what the writers left: as it lies there, opened, and closed again. Returns the checkpoint that is there now. */
async function judge(
  directory: string,
  known: ReadonlyMap<number, string>,
  seen: readonly string[],
): Promise<string> {
  if (seen.length > 0) await isIntact(directory, seen);
  const ledger = await openTestLedger(directory);
  const entries = (await allEntries(ledger)).map(String);
  for (const [index, entry] of known) expect(entries[index]).toBe(entry);
  inOrder(entries);
  await continuesAll(ledger, seen);
  await ledger.close();
  expect(await isIntact(directory, [...seen, ledger.checkpoint()])).toBe(entries.length);
  return ledger.checkpoint();
}

async function isIntact(directory: string, seen: readonly string[]): Promise<number> {
  const remembered = seen.reduce((a, b) => (sizeOf(b) >= sizeOf(a) ? b : a));
  const found = await verify(directory, remembered);
  expect(found.problems).toEqual([]);
  const publicKeys = [signer.publicKey];
  const audited = await auditLog(directorySource(directory), { publicKeys, origin, remembered });
  expect(audited.problems).toEqual([]);
  expect(audited.entries).toBeLessThanOrEqual(found.entries);
  const { note } = parseCheckpoint(Buffer.from(audited.checkpoint!));
  for (const { name } of note.signatures) {
    const key = name === origin ? signer : testSigner(7);
    expect(verifyNote(note, name, key.publicKey, verifyEd25519)).toBe(true);
  }
  return found.entries;
}

/** Each writer's entries stand in the order in which it wrote them. */
function inOrder(entries: readonly string[]): void {
  const next = new Map<string, number>();
  for (const entry of entries) {
    const [, writer = '', count] = /^(writer [0-9]+ run [0-9]+) count ([0-9]+) /.exec(entry) ?? [];
    expect(Number(count)).toBe(next.get(writer) ?? 0);
    next.set(writer, Number(count) + 1);
  }
}

/** The log has the root of each checkpoint that anyone saw, at its size. */
async function continuesAll(ledger: Ledger, seen: readonly string[]): Promise<void> {
  for (const text of seen) {
    const { size, root } = parseCheckpoint(Buffer.from(text));
    expect(Buffer.from(await ledger.rootOf(size))).toEqual(Buffer.from(root));
  }
}

function sizeOf(checkpoint: string): number {
  return parseCheckpoint(Buffer.from(checkpoint)).size;
}

/** Numbers from 0 up to 1 that a seed decides (a linear congruence with the constants of Numerical Recipes). */
function numbersFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
