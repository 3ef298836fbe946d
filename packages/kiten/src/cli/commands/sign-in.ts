import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson } from '../output.ts';

export function signInCommand(program: Command, environment: Environment): void {
  withSite(program.command('sign-in'))
    .description('print a one-time link that signs a browser in to the console')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.send<{ link: string }>('POST', '/sign-in-links');
      if (options.json) printJson(answer);
      else print(answer.link);
    });
}
