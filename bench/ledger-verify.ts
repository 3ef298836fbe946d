// What it takes to verify a log of a million entries: from its own files, and as an auditor from what it publishes.
// Beside both, in the same run, what the hashes alone take. One JSON line per figure.
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signer } from '@kiten/codec';
import { auditLog, directorySource, openLedger, verifyLedger } from '@kiten/ledger';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 3;
const entries = 1_000_000;
const together = 2000;
const entry = Buffer.alloc(200, 0x6b);
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-bench-'));
const log = join(directory, 'log');
const { publicKey, signer } = makeSigner();

try {
  await writeLog();
  const [hashes, verified, audited]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    hashes.push(await cpuSeconds(hashesAlone));
    verified.push(await cpuSeconds(() => isIntact(verifyLedger(log, { publicKey }))));
    const source = directorySource(log);
    audited.push(await cpuSeconds(() => isIntact(auditLog(source, { publicKeys: [publicKey] }))));
  }
  const about = `a log of ${entries.toLocaleString('en')} entries, CPU of the whole process`;
  const beside = { unit: 's', limit: median(hashes), floor: 20, goal: 6, rounds };
  print({ figure: `verifying ${about}`, value: median(verified), ...beside });
  print({ figure: `auditing ${about}`, value: median(audited), ...beside });
} finally {
  rmSync(directory, { recursive: true });
}

async function writeLog(): Promise<void> {
  const clock = { now: () => Date.now() };
  const ledger = await openLedger({ directory: log, origin: 'bench.example/log', signer, clock });
  for (let done = 0; done < entries; done += together) {
    await Promise.all(Array.from({ length: together }, () => ledger.append(entry)));
  }
  await ledger.close();
}

/** One hash for each leaf and one for each inner node, each from one buffer to the string that it comes as. */
function hashesAlone(): void {
  const leaf = Buffer.alloc(1 + entry.length);
  const node = Buffer.alloc(65);
  for (let count = 0; count < entries; count += 1) {
    hash('sha256', leaf, 'binary');
    hash('sha256', node, 'binary');
  }
}

async function isIntact(
  report: Promise<{ readonly intact: boolean; readonly entries: number }>,
): Promise<void> {
  const found = await report;
  if (!found.intact || found.entries !== entries)
    throw new Error('The log that was just written is not intact.');
}

function makeSigner(): { publicKey: Uint8Array; signer: Signer } {
  const pair = generateKeyPairSync('ed25519');
  const key = pair.publicKey.export({ type: 'spki', format: 'der' });
  const signer: Signer = {
    algorithm: 'EdDSA',
    publicKey: key,
    sign: (data) => sign(null, data, pair.privateKey),
  };
  return { publicKey: key, signer };
}
