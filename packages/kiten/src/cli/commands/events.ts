import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';
import { systemSources } from '../system.ts';

interface SinkAnswer {
  readonly name: string;
  readonly url: string;
  readonly format: string;
  readonly behind: number;
  readonly delivered: number;
  readonly deliveredAt?: number;
  readonly problem?: { readonly message: string; readonly code: string };
}

/** `kiten events`: who outside the site is told what happens. */
export function eventsCommands(program: Command, environment: Environment): void {
  const events = program
    .command('events')
    .description('syslog servers and webhooks that are told what happens');

  withSite(events.command('list'))
    .description('the receivers in kiten.toml, and how they get on')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { sinks } = await client.get<{ sinks: SinkAnswer[] }>('/event-sinks');
      if (options.json) printJson(sinks);
      else printSinks(sinks);
    });

  withSite(events.command('test <name>'))
    .description('send a receiver an event that is a test; fails if it does not take it')
    .action(async (name: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      await client.send('POST', `/event-sinks/${encodeURIComponent(name)}/test`);
      if (options.json) printJson({ delivered: name });
      else print(`${name} has taken it.`);
    });

  events
    .command('secret')
    .description('print a new secret for a webhook, as Standard Webhooks writes it')
    .action(() => print(`whsec_${Buffer.from(systemSources().random(32)).toString('base64')}`));
}

function printSinks(sinks: readonly SinkAnswer[]): void {
  printTable(
    ['NAME', 'URL', 'FORMAT', 'DELIVERED', 'LAST (UTC)', 'BEHIND', 'PROBLEM'],
    sinks.map(({ name, url, format, delivered, deliveredAt, behind, problem }) => [
      name,
      url,
      format,
      String(delivered),
      showTime(deliveredAt),
      String(behind),
      problem === undefined ? '' : `${problem.message} (${problem.code})`,
    ]),
  );
}
