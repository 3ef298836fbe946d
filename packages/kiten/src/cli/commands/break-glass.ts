import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';
import { isWaiting, type Waiting } from '../waiting.ts';

interface ExceptionAnswer {
  readonly id: string;
  readonly device?: string;
  readonly group?: string;
  readonly state: string;
  readonly until: number;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly reason: string;
}

interface RequestOptions extends SiteOptions {
  readonly device?: string;
  readonly group?: string;
  readonly for: number;
  readonly reason: string;
}

/** `kiten break-glass`: an exception for a while, by two people. */
export function breakGlassCommands(program: Command, environment: Environment): void {
  const glass = program
    .command('break-glass')
    .description('exceptions for a while, by two people: what policy refuses passes, and is shown');

  withSite(glass.command('request'))
    .description('ask for an exception for one device or one group; a second person has to agree')
    .option('--device <id>', 'for this device')
    .option('--group <name>', 'for all devices of this group')
    .requiredOption('--for <duration>', 'how long, from 1m to 24h', parseDuration)
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (options: RequestOptions) => {
      const client = await openClient(options, environment);
      const { device, group, for: seconds, reason } = options;
      const answer = await client.send<Waiting>('POST', '/exceptions', { device, group, seconds, reason });
      if (!isWaiting(answer, options) || options.json) printJson(answer);
    });

  withSite(glass.command('list'))
    .description('exceptions, the newest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { exceptions } = await client.get<{ exceptions: ExceptionAnswer[] }>('/exceptions');
      if (options.json) return printJson(exceptions);
      return printTable(
        ['EXCEPTION', 'STATE', 'FOR', 'UNTIL (UTC)', 'BY', 'REASON'],
        exceptions.map(({ id, state, device, group, until, requestedBy, approvedBy, reason }) => [
          id,
          state,
          device ?? `group ${group}`,
          showTime(until),
          `${requestedBy} and ${approvedBy}`,
          reason,
        ]),
      );
    });

  withSite(glass.command('end <id>'))
    .description('end an exception before its time; one person may')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (id: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const path = `/exceptions/${encodeURIComponent(id)}/end`;
      const answer = await client.send<ExceptionAnswer>('POST', path, { reason: options.reason });
      if (options.json) return printJson(answer);
      return print(`The exception for ${answer.device ?? `the group ${answer.group}`} is over.`);
    });
}
