import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

interface ApprovalAnswer {
  readonly id: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly reason: string;
  readonly requestedAt: number;
  readonly state: string;
  readonly problem?: { readonly code: string; readonly detail: string };
}

/** `kiten approval`: what takes two people. */
export function approvalCommands(program: Command, environment: Environment): void {
  const approval = program.command('approval').description('drastic actions that wait for a second person');

  withSite(approval.command('list'))
    .description('what waits, or did, the newest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<{ approvals: ApprovalAnswer[]; needed: string[] }>('/approvals');
      if (options.json) return printJson(answer.approvals);
      printTable(
        ['REQUEST', 'STATE', 'ACTION', 'WHAT', 'BY', 'AT (UTC)', 'REASON'],
        answer.approvals.map(({ id, state, action, parameters, requestedBy, requestedAt, reason }) => [
          id,
          state,
          action,
          described(parameters),
          requestedBy,
          showTime(requestedAt),
          reason,
        ]),
      );
      return print(`needs a second person here: ${answer.needed.join(', ')}`);
    });

  withSite(approval.command('show <id>'))
    .description('one request with everything that was asked for')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { approvals } = await client.get<{ approvals: ApprovalAnswer[] }>('/approvals');
      const found = approvals.filter((one) => one.id === id);
      if (options.json) return printJson(found[0] ?? null);
      for (const { action, requestedBy, reason, state, parameters, problem } of found) {
        print(`${action}, ${state}: asked for by ${requestedBy}: ${reason}`);
        for (const [name, value] of Object.entries(parameters)) print(`  ${name}  ${text(value)}`);
        if (problem !== undefined) print(`  ${problem.detail} (${problem.code})`);
      }
      return undefined;
    });

  for (const [verb, description] of [
    ['approve', 'agree, as somebody else than who asked: it is done now'],
    ['deny', 'decline, or take one’s own request back'],
  ] as const) {
    withSite(approval.command(`${verb} <id>`))
      .description(description)
      .requiredOption('--reason <text>', 'why; it stands in the log')
      .action(async (id: string, options: SiteOptions & { reason: string }) => {
        const client = await openClient(options, environment);
        const path = `/approvals/${encodeURIComponent(id)}/${verb}`;
        const answer = await client.send<ApprovalAnswer>('POST', path, { reason: options.reason });
        if (options.json) printJson(answer);
        else print(`${answer.action} is ${answer.state}.`);
        if (answer.problem === undefined) return;
        process.stderr.write(`kiten: ${answer.problem.detail}\n       (${answer.problem.code})\n`);
        process.exitCode = 1;
      });
  }
}

const longest = 60;

/** What is asked for, each part by its name: nobody agrees to a bare number. */
function described(parameters: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(parameters).map(([name, value]) => `${name} ${text(value)}`);
  const all = parts.join(', ').replaceAll(/\s+/g, ' ');
  return all.length > longest ? `${all.slice(0, longest)}…` : all;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
