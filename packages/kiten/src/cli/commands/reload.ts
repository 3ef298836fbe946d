import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson } from '../output.ts';

interface ReloadAnswer {
  readonly named: readonly string[];
  readonly atNextStart: readonly string[];
}

export function reloadCommand(program: Command, environment: Environment): void {
  withSite(program.command('reload'))
    .description('let a running site read its configuration and certificates again; nobody is cut')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.send<ReloadAnswer>('POST', '/reload');
      if (options.json) return printJson(answer);
      const { named, atNextStart } = answer;
      print(
        `New handshakes get the certificates as they are now, ${counted(named.length, 'name', 'names')} of their own.`,
      );
      if (atNextStart.length > 0)
        print(`Changed, and in force at the next start: ${atNextStart.join(', ')}.`);
      return undefined;
    });
}
