import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, toHex } from '@kiten/codec';
import type { Command } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { logOrigin, logPublicKey } from '../../site/log-identity.ts';
import { type CheckpointMemory, rememberedCheckpoints } from '../checkpoint-memory.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { dataDirectory, dataHelp, parseCount, type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';

interface EntryAnswer {
  readonly index: number;
  readonly type: string;
  readonly at: number;
  readonly actor: string;
  readonly subject?: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function logCommands(program: Command, environment: Environment): void {
  const log = program
    .command('log')
    .description('the log of everything that was decided, and the proof that it is whole');

  withSite(log.command('show'))
    .description('the newest entries')
    .option('--last <n>', 'how many', parseCount, 20)
    .action(async (options: SiteOptions & { last: number }) => {
      const client = await openClient(options, environment);
      const { entries } = await client.get<{ entries: EntryAnswer[] }>(`/log/entries?last=${options.last}`);
      if (options.json) return printJson(entries);
      return printTable(
        ['INDEX', 'TIME (UTC)', 'WHAT', 'ABOUT', 'WHO', 'WHY'],
        entries.map((one) => [
          String(one.index),
          showTime(one.at),
          one.type,
          one.subject ?? '–',
          one.actor,
          why(one),
        ]),
      );
    });

  withSite(log.command('checkpoint'))
    .description('print the newest signed checkpoint; keep it elsewhere, and a rollback will show')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const checkpoint = await client.text('/log/checkpoint');
      if (options.json) printJson({ checkpoint });
      else process.stdout.write(checkpoint);
    });

  log
    .command('verify')
    .description('prove that nothing in the log was changed; works offline, and beside a running site')
    .option('--data <directory>', dataHelp)
    .option('--from <file>', 'a checkpoint kept elsewhere: the log must contain it')
    .option('--forget', 'disregard the checkpoint that this user’s last verification remembered')
    .option('--json', 'print JSON')
    .action(async (options: VerifyOptions) => verify(options, environment));
}

interface VerifyOptions {
  readonly data?: string;
  readonly from?: string;
  readonly forget?: boolean;
  readonly json?: boolean;
}

async function verify(options: VerifyOptions, environment: Environment): Promise<void> {
  const { verifyLedger } = await import('@kiten/ledger');
  const layout = layoutOf(dataDirectory(options.data, environment));
  const publicKey = await logPublicKey(layout);
  const origin = await logOrigin(layout);
  const memory = rememberedCheckpoints(environment, `${origin} ${toHex(publicKey)}`);
  const checkpoint =
    options.from === undefined ? await recalled(memory, options) : await readCheckpoint(options.from);
  // Read first: what is verified below contains it, and may contain more.
  const published = await readIfThere(join(layout.log, 'checkpoint'));
  const report = await verifyLedger(layout.log, {
    publicKey,
    origin,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
  });
  // A log that was only compared with another checkpoint may be older than what is remembered.
  if (report.intact && published !== undefined && options.from === undefined)
    await remember(memory, published);
  if (!report.intact) process.exitCode = exitCodes.refused;
  if (options.json) return printJson(report);
  for (const { code, file, offset, index, message } of report.problems) {
    print(
      `✖ ${file} at byte ${offset}${index === undefined ? '' : `, entry ${index}`}: ${message} (${code})`,
    );
  }
  if (report.tornTail !== undefined) {
    const { file, offset, bytes } = report.tornTail;
    print(
      `○ ${file} at byte ${offset}: ${bytes} bytes of a write that a crash cut off; nobody was told they were kept`,
    );
  }
  const remembered =
    checkpoint === undefined
      ? 'there was no earlier checkpoint to compare with'
      : 'it contains the remembered checkpoint';
  const problems = report.problems.length + report.problemsLeftOut;
  return print(
    report.intact
      ? `● intact: ${counted(report.entries, 'entry', 'entries')}, root ${report.root}; ${remembered}`
      : `✖ ${counted(problems, 'problem', 'problems')} in ${counted(report.entries, 'entry', 'entries')}`,
  );
}

/** What was found about the log stands, whether or not it can be kept for the next time. */
async function remember(memory: CheckpointMemory, checkpoint: string): Promise<void> {
  try {
    await memory.remember(checkpoint);
  } catch (error) {
    process.stderr.write(
      `kiten: the checkpoint cannot be remembered for the next verification: ${(error as Error).message}\n`,
    );
  }
}

async function recalled(memory: CheckpointMemory, { forget }: VerifyOptions): Promise<string | undefined> {
  return forget === true ? undefined : memory.recall();
}

async function readCheckpoint(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `The checkpoint ${file} cannot be read.`, { cause });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // Its absence is a problem that the verification itself reports.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function showProgress(entries: number): void {
  process.stderr.write(`\r${entries} entries`);
}

/** The reason where there is one, else what tells this entry from others of its kind. */
function why({ type, reason, data }: EntryAnswer): string {
  if (reason !== undefined) return reason;
  if (type === 'finding/recorded') return String(data.code);
  if (type === 'verdict/issued') return `${data.status}, epoch ${data.epoch}`;
  return Object.entries(data)
    .map(([name, value]) => `${name}=${isTime(name, value) ? showTime(value) : value}`)
    .join(' ')
    .slice(0, 120);
}

function isTime(name: string, value: unknown): value is number {
  return typeof value === 'number' && /(At|After|Until|Before)$/.test(name);
}
