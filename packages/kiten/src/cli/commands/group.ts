import { claimNames } from '@kiten/trust';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable } from '../output.ts';

interface GroupAnswer {
  readonly name: string;
  readonly required: readonly string[];
}

export function groupCommands(program: Command, environment: Environment): void {
  const group = program.command('group').description('groups of devices, and the claims that each requires');

  withSite(group.command('list'))
    .description('all groups')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { groups } = await client.get<{ groups: GroupAnswer[] }>('/groups');
      if (options.json) return printJson(groups);
      return printTable(
        ['GROUP', 'REQUIRES'],
        groups.map(({ name, required }) => [name, required.join(' ') || '–']),
      );
    });

  withSite(group.command('set <name>'))
    .description('create a group, or change what it requires')
    .option('--require <claim...>', `claims that may not stay open: ${claimNames.join(', ')}`, [])
    .action(async (name: string, options: SiteOptions & { require: string[] }) => {
      const client = await openClient(options, environment);
      const answer = await client.send<GroupAnswer>('PUT', `/groups/${encodeURIComponent(name)}`, {
        required: options.require,
      });
      if (options.json) return printJson(answer);
      return print(`${answer.name} requires ${answer.required.join(', ') || 'nothing'}.`);
    });
}
