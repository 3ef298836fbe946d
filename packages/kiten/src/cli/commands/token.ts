import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

interface TokenAnswer {
  readonly id: string;
  readonly token: string;
  readonly device?: string;
  readonly group: string;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly state: string;
}

export function tokenCommands(program: Command, environment: Environment): void {
  const token = program.command('token').description('one-time tokens that enrol a device');

  withSite(token.command('create'))
    .description('make a token; it is shown once')
    .option('--device <id>', 'the one device it enrols')
    .option('--group <name>', 'the group that the device joins')
    .option('--ttl <duration>', 'how long it lasts: 90s, 15m, 1h, 7d', parseDuration, 3600)
    .action(async (options: SiteOptions & { device?: string; group?: string; ttl: number }) => {
      const client = await openClient(options, environment);
      const { device, group, ttl: ttlSeconds } = options;
      const answer = await client.send<TokenAnswer>('POST', '/tokens', { device, group, ttlSeconds });
      if (options.json) {
        printJson(answer);
        return;
      }
      print(answer.token);
      const whom = answer.device ?? `one new device of group ${answer.group}`;
      process.stderr.write(
        `enrols ${whom}, once, until ${showTime(answer.expiresAt)} UTC; it is not shown again\n`,
      );
    });

  withSite(token.command('list'))
    .description('the tokens, newest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { tokens } = await client.get<{ tokens: TokenAnswer[] }>('/tokens');
      if (options.json) return printJson(tokens);
      return printTable(
        ['ID', 'DEVICE', 'GROUP', 'STATE', 'EXPIRES', 'BY'],
        tokens.map((one) => [
          one.id,
          one.device ?? '(any)',
          one.group,
          one.state,
          showTime(one.expiresAt),
          one.createdBy,
        ]),
      );
    });

  withSite(token.command('revoke <id>'))
    .description('make an unused token useless; the id is the one that `token list` shows')
    .action(async (id: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      await client.send('DELETE', `/tokens/${encodeURIComponent(id)}`);
      if (options.json) printJson({ revoked: id });
      else print(`token ${id} is void.`);
    });
}
