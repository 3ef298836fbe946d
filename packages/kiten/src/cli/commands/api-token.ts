import { type Command, Option } from 'commander';
import { scopes } from '../../site/access/scopes.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { parseDuration, type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable, showTime } from '../output.ts';

interface ApiTokenAnswer {
  readonly id: string;
  readonly operator: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly usedAt?: number;
  readonly createdBy?: string;
}

type OfOperator = SiteOptions & { operator?: string };

interface Wanted extends OfOperator {
  readonly name: string;
  readonly scope: readonly string[];
  readonly ttl?: number;
}

/** Tokens for programs. Those that enrol devices are `kiten token`. */
export function apiTokenCommands(program: Command, environment: Environment): void {
  const token = program
    .command('api-token')
    .description('tokens by which programs speak to the API for an operator (KITEN_TOKEN)');

  withOperator(token.command('create'))
    .description('make a token; it is shown once')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(
      new Option('--scope <scope...>', 'what it may do; never more than its operator may')
        .choices(scopes)
        .makeOptionMandatory(),
    )
    .option('--ttl <duration>', 'how long it lasts: 12h, 90d; without it, until it is revoked', parseDuration)
    .action(async (options: Wanted) => {
      const client = await openClient(options, environment);
      const { name, scope: scopes, ttl: ttlSeconds } = options;
      const body = { name, scopes, ttlSeconds };
      const answer = await client.send<ApiTokenAnswer & { token: string }>('POST', pathOf(options), body);
      if (options.json) return printJson(answer);
      print(answer.token);
      const until = answer.expiresAt === undefined ? 'it is revoked' : `${showTime(answer.expiresAt)} UTC`;
      process.stderr.write(`speaks for ${answer.operator} until ${until}; it is not shown again\n`);
    });

  withOperator(token.command('list'))
    .description('the tokens, newest first')
    .action(async (options: OfOperator) => {
      const client = await openClient(options, environment);
      const { tokens } = await client.get<{ tokens: ApiTokenAnswer[] }>(pathOf(options));
      if (options.json) return printJson(tokens);
      return printTable(
        ['ID', 'NAME', 'OPERATOR', 'MADE BY', 'SCOPES', 'EXPIRES (UTC)', 'USED (UTC)'],
        tokens.map(({ id, name, operator, createdBy, scopes, expiresAt, usedAt }) => [
          id,
          name,
          operator,
          createdBy ?? '',
          scopes.join(' '),
          showTime(expiresAt),
          showTime(usedAt),
        ]),
      );
    });

  withOperator(token.command('revoke <id>'))
    .description('make a token useless; the id is the one that `api-token list` shows')
    .action(async (id: string, options: OfOperator) => {
      const client = await openClient(options, environment);
      await client.send('DELETE', `${pathOf(options)}/${encodeURIComponent(id)}`);
      if (options.json) printJson({ revoked: id });
      else print(`token ${id} is void.`);
    });
}

function withOperator(command: Command): Command {
  return withSite(command).option('--operator <name>', 'somebody else’s, which takes an administrator');
}

function pathOf({ operator }: OfOperator): string {
  return operator === undefined ? '/api-tokens' : `/operators/${encodeURIComponent(operator)}/api-tokens`;
}
