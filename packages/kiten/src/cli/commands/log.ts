import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseCount, type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';
import { logExportCommand } from './log-export.ts';
import { logProofCommands } from './log-proofs.ts';
import { logVerifyCommand } from './log-verify.ts';
import { witnessCommands } from './witness.ts';

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

  withSite(log.command('key'))
    .description('print the key that checkpoints verify under, as C2SP tools and witnesses take it')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { key } = await client.get<{ key: string }>('/log/key');
      if (options.json) printJson({ key });
      else print(key);
    });

  logVerifyCommand(log, environment);
  logProofCommands(log, environment);
  logExportCommand(log, environment);
  witnessCommands(log, environment);
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
