import { claimNames, tierOf } from '@kiten/trust';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, showTime } from '../output.ts';
import { type FindingAnswer, printFindings, tierMark } from './findings.ts';
import { verdictBundleCommands } from './verdict-bundle.ts';

interface VerdictAnswer {
  readonly device: string;
  readonly standing: string;
  readonly status: string;
  readonly overdue: boolean;
  readonly vector: Readonly<Record<string, number>>;
  readonly epoch: number;
  readonly at: number;
  readonly profile: string;
  readonly lapsesAt?: number;
  readonly findings: readonly FindingAnswer[];
}

export function verdictCommands(program: Command, environment: Environment): void {
  const verdict = program.command('verdict').description('what is known about a device’s trust, and why');

  withSite(verdict.command('show <id>'))
    .description('vector, status and every finding; --json adds the attestation result (EAR)')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<VerdictAnswer>(`/verdicts/${encodeURIComponent(id)}`);
      if (options.json) printJson(answer);
      else printVerdict(answer);
    });

  verdictBundleCommands(verdict, environment);
}

function printVerdict(verdict: VerdictAnswer): void {
  const { device, standing, status, overdue, profile, epoch, at, lapsesAt } = verdict;
  const words = [status, ...(overdue ? ['overdue'] : []), ...(standing === 'admitted' ? [] : [standing])];
  print(`${device}   ${words.join(', ')}`);
  print(
    `  epoch ${epoch}, ${showTime(at)} UTC, profile ${profile}${lapsesAt === undefined ? '' : `, lapses ${showTime(lapsesAt)}`}`,
  );
  print();
  for (const name of claimNames) {
    const value = verdict.vector[name] ?? 0;
    print(`  ${tierMark(value)} ${name.padEnd(18)} ${String(value).padStart(4)}  ${tierOf(value)}`);
  }
  printFindings(verdict.findings);
}
