import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@kiten/codec';
import { openLedger } from '@kiten/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markedBlocks, missingLine, readRepositoryFile } from './readme.ts';
import { requireTool } from './tools.ts';

const tools = [requireTool('openssl', 'openssl'), requireTool('xxd', 'xxd')].every(Boolean);
const documents = ['docs/verify-by-hand.md', 'docs/verify-by-hand.ja.md'];
const shells = ['sh', 'bash'];
const origin = 'plant-7.example/log';
const entries = 300;
const entryOf = (index: number) => Buffer.from(`entry ${index} \0\xff `.repeat(1 + (index % 40)), 'latin1');
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiten-by-hand-'));
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await mkdir(join(home, 'kiten-data/keys'), { recursive: true });
  await writeFile(
    join(home, 'kiten-data/keys/log.pub.pem'),
    publicKey.export({ type: 'spki', format: 'pem' }),
  );
  await writeLog({
    algorithm: 'EdDSA',
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    sign: (data) => sign(null, data, privateKey),
  });
});

afterAll(() => rm(home, { recursive: true, force: true }));

/** A log as a site leaves it, with an extension line and with signatures of others on its checkpoint. */
async function writeLog(signer: Signer): Promise<void> {
  const ledger = await openLedger({
    directory: join(home, 'kiten-data/log'),
    origin,
    signer,
    clock: { now: () => 1_790_000_000_000 },
    extensions: () => ['an extension'],
    publishInterval: 3_600_000,
  });
  await Promise.all(Array.from({ length: entries }, (_, index) => ledger.append(entryOf(index))));
  await ledger.publish();
  const others = [`— ${origin} AAAAAAA=`, `— witness.example AAAAAAA=`];
  await ledger.attach(others, entries, ledger.checkpoint());
  await ledger.close();
}

async function commandsOf(document: string): Promise<string[]> {
  const blocks = markedBlocks(await readRepositoryFile(document));
  return blocks.filter(({ kind }) => kind === 'executed').map(({ text }) => text);
}

async function run(shell: string, commands: readonly string[], index: number): Promise<string> {
  const script = commands.join('\n').replace('index=3', `index=${index}`);
  const child = spawn(shell, ['-u', '-c', script], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  await once(child, 'close');
  return Buffer.concat(output).toString();
}

/** Runs with one byte of a file changed. */
async function runChanged(file: string, at: number): Promise<string> {
  const path = join(home, 'kiten-data/log', file);
  const before = await readFile(path);
  const bytes = Buffer.from(before);
  bytes[at]! ^= 1;
  await writeFile(path, bytes);
  try {
    return await run('sh', await commandsOf(documents[0]!), 3);
  } finally {
    await writeFile(path, before);
  }
}

describe.skipIf(!tools)('verifying by hand', () => {
  it.each(documents)('works as %s says, and shows that', async (document) => {
    const output = await run('sh', await commandsOf(document), 3);
    const shown = markedBlocks(await readRepositoryFile(document)).filter(({ kind }) => kind === 'shown');
    expect(shown.length).toBe(2);
    for (const { text } of shown) expect(missingLine(text, output), output).toBeUndefined();
    expect(output).toContain('entry 3');
  });

  it.each([0, 255, 256, 299])('works for entry %i, in every shell', async (index) => {
    for (const shell of shells) {
      const output = await run(shell, await commandsOf(documents[0]!), index);
      expect(output).toContain('Signature Verified Successfully');
      expect(output).toContain(`entry ${index} is one of the ${entries} that were signed`);
    }
  });

  it('shows a changed entry, tile and checkpoint', async () => {
    const bundle = await readFile(join(home, 'kiten-data/log/tile/entries/000'));
    const changedEntry = await runChanged('tile/entries/000', bundle.indexOf(entryOf(3)));
    expect(changedEntry).toContain('entry 3 is not what was signed');
    expect(await runChanged('tile/0/000', 32 * 9)).toContain('entry 3 is not what was signed');
    const checkpoint = await readFile(join(home, 'kiten-data/log/checkpoint'));
    const forged = await runChanged('checkpoint', checkpoint.indexOf('an extension'));
    expect(forged).toContain('Signature Verification Failure');
    expect(forged).not.toContain('Successfully');
  });

  it('is told in the same commands in both languages', async () => {
    const [english, japanese] = await Promise.all(documents.map(commandsOf));
    expect(english?.length).toBe(4);
    expect(japanese).toEqual(english);
  });
});
