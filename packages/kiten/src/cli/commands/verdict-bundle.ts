import { type CheckReport, checkVerdict, parseTrust } from '@kiten/checker';
import { KitenError, toHex } from '@kiten/codec';
import { nodeVerify, sha256 } from '@kiten/identity';
import { claimNames, tierOf } from '@kiten/trust';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBytes, readText, writeBytes } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, jsonOf, print, printJson, showTime } from '../output.ts';
import { tierMark } from './findings.ts';

/** Verdicts that somebody else can check: taking one out, saying what to believe, and checking one offline. */
export function verdictBundleCommands(verdict: Command, environment: Environment): void {
  withSite(verdict.command('export <id>'))
    .description('write the verdict with its proof, for whoever does not believe this site')
    .requiredOption('--out <file>', 'where to')
    .option('--compact', 'without the text of the rules: the passport that a device carries')
    .action(async (id: string, options: SiteOptions & { out: string; compact?: boolean }) => {
      const client = await openClient(options, environment);
      const query = options.compact === true ? '?compact=true' : '';
      const bundle = await client.bytes(`/verdicts/${encodeURIComponent(id)}/bundle${query}`);
      await writeBytes(options.out, bundle);
      if (options.json) return printJson({ device: id, file: options.out, bytes: bundle.length });
      return print(`${options.out}: ${counted(bundle.length, 'byte', 'bytes')}`);
    });

  withSite(verdict.command('trust'))
    .description(
      'print what whoever checks a verdict of this site has to believe: its log, its root, its rules',
    )
    .option('--out <file>', 'write it to a file instead')
    .action(async (options: SiteOptions & { out?: string }) => {
      const client = await openClient(options, environment);
      const text = await client.text('/trust');
      if (options.out === undefined) process.stdout.write(text);
      else await writeBytes(options.out, text);
    });

  verdict
    .command('check <file>')
    .description('check a verdict with its proof, offline; exits with 1 if it does not hold')
    .requiredOption('--trust <file>', 'what to believe, as `kiten verdict trust` writes it')
    .option('--at <time>', 'check as of this time instead of now (ISO 8601)', parseTime)
    .option('--json', 'print JSON')
    .action(async (file: string, options: { trust: string; at?: number; json?: boolean }) => {
      const trust = parseTrust(await readText(options.trust));
      const report = await checkVerdict(await readBytes(file), trust, {
        now: options.at ?? Date.now(),
        cryptography: { sha256, verify: nodeVerify },
      });
      if (!report.holds) process.exitCode = exitCodes.refused;
      if (options.json) return printJson(jsonOf(report));
      return report.holds ? printProven(report) : printRefused(report);
    });
}

type Proven = Extract<CheckReport, { holds: true }>;

function printRefused({ reason, leaf, step, message }: Exclude<CheckReport, Proven>): void {
  const where = leaf !== undefined ? ` at leaf ${leaf}` : step !== undefined ? ` at step ${step}` : '';
  print(`✖ does not hold${where}: ${message} (${reason})`);
}

function printProven({ verdict, holdsUntil, checkpoint, statements, derivation }: Proven): void {
  const overdue = verdict.overdue ? ', overdue' : '';
  print(`● ${verdict.subject}: ${verdict.status}${overdue}, ${verdict.standing}`);
  print(`  epoch ${verdict.epoch}, ${showTime(verdict.at)} UTC, profile ${verdict.profile}`);
  print(`  holds until ${showTime(holdsUntil)} UTC`);
  print(`  its key   ${verdict.holder.length === 0 ? 'none' : `sha256:${toHex(verdict.holder)}`}`);
  print(
    `  log       ${checkpoint.origin} at ${counted(checkpoint.size, 'entry', 'entries')}, ${showTime(checkpoint.time)} UTC${witnessed(checkpoint.witnesses)}`,
  );
  print(
    `  proof     ${counted(statements.length, 'signed statement', 'signed statements')}, ${counted(derivation.length, 'step', 'steps')}`,
  );
  print();
  for (const name of claimNames) {
    const value = verdict.vector[name];
    print(`  ${tierMark(value)} ${name.padEnd(18)} ${String(value).padStart(4)}  ${tierOf(value)}`);
  }
}

const witnessed = (names: readonly string[]) =>
  names.length === 0 ? '' : `, witnessed by ${names.join(', ')}`;

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new KitenError(
    'kiten/time-malformed',
    `“${text.slice(0, 40)}” is no time: write 2030-01-31T12:00:00Z.`,
  );
}
