import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson } from '../output.ts';
import { isWaiting } from '../waiting.ts';

interface InvariantsAnswer {
  readonly text: string;
  readonly author: string;
}

/** What a site's policies must keep, and how to change that. */
export function policyInvariantCommands(policy: Command, environment: Environment): void {
  withSite(policy.command('invariants'))
    .description('what the policies must keep: a set that breaks one is refused')
    .option('--set <file>', 'put these in force instead; the policies must keep them')
    .option('--reason <text>', 'with --set: why; it stands in the log')
    .action(async (options: SiteOptions & { set?: string; reason?: string }) => {
      const client = await openClient(options, environment);
      if (options.set === undefined) {
        const answer = await client.get<InvariantsAnswer>('/policies/invariants');
        if (options.json) printJson(answer);
        else process.stdout.write(answer.text);
        return;
      }
      if (options.reason === undefined) policy.error('error: --set needs --reason', { exitCode: 2 });
      const body = { text: await readText(options.set), reason: options.reason };
      const answer = await client.send<InvariantsAnswer>('PUT', '/policies/invariants', body);
      if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
      if (options.json) printJson(answer);
      else print('The invariants are in force.');
    });
}
