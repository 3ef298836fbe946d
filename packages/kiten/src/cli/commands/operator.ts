import { type Command, Option } from 'commander';
import { roles } from '../../site/operators.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson, printTable, showTime } from '../output.ts';

interface OperatorAnswer {
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  readonly seenAt?: number;
  readonly sessions: number;
  readonly tokens: number;
}

interface LinkAnswer {
  readonly link: string;
  readonly expiresAt: number;
}

type Reasoned = SiteOptions & { reason: string };

const path = (name: string, rest = '') => `/operators/${encodeURIComponent(name)}${rest}`;
const reasonHelp = 'why; it stands in the log';

/** Who may do what at a site. */
export function operatorCommands(program: Command, environment: Environment): void {
  const operator = program
    .command('operator')
    .description('who may look, operate and administer at a site, and how they come in');

  withSite(operator.command('list'))
    .description('the operators, oldest first')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const { operators } = await client.get<{ operators: OperatorAnswer[] }>('/operators');
      if (options.json) return printJson(operators);
      return printTable(
        ['NAME', 'ROLE', 'SESSIONS', 'TOKENS', 'SEEN (UTC)', 'SINCE (UTC)'],
        operators.map(({ name, role, sessions, tokens, seenAt, createdAt }) => [
          name,
          role,
          String(sessions),
          String(tokens),
          showTime(seenAt),
          showTime(createdAt),
        ]),
      );
    });

  withSite(operator.command('add <name>'))
    .description('add an operator, and print the link by which they sign in for the first time')
    .addOption(roleOption())
    .requiredOption('--reason <text>', reasonHelp)
    .action(async (name: string, options: Reasoned & { role: string }) => {
      const client = await openClient(options, environment);
      const { role, reason } = options;
      const answer = await client.send<LinkAnswer>('POST', '/operators', { name, role, reason });
      if (options.json) return printJson(answer);
      return printLink(answer, `${name} may come in as ${role}`);
    });

  withSite(operator.command('role <name>'))
    .description('give an operator another role, from the next request on')
    .addOption(roleOption())
    .requiredOption('--reason <text>', reasonHelp)
    .action(async (name: string, options: Reasoned & { role: string }) => {
      const client = await openClient(options, environment);
      const { role, reason } = options;
      const answer = await client.send('PUT', path(name, '/role'), { role, reason });
      if (options.json) printJson(answer);
      else print(`${name} has the role ${role} now.`);
    });

  withSite(operator.command('remove <name>'))
    .description('remove an operator with every session and token')
    .requiredOption('--reason <text>', reasonHelp)
    .action(async (name: string, options: Reasoned) => {
      const client = await openClient(options, environment);
      await client.send('DELETE', path(name, `?${new URLSearchParams({ reason: options.reason })}`));
      if (options.json) printJson({ removed: name });
      else print(`${name} is no operator any more.`);
    });

  withSite(operator.command('link <name>'))
    .description('print a one-time sign-in link for an operator')
    .action(async (name: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.send<LinkAnswer>('POST', path(name, '/sign-in-links'));
      if (options.json) return printJson(answer);
      return printLink(answer, `signs ${name} in`);
    });

  withSite(operator.command('sign-out <name>'))
    .description('end all of an operator’s browser sessions')
    .action(async (name: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.send<{ ended: number }>('DELETE', path(name, '/sessions'));
      if (options.json) printJson(answer);
      else print(`${counted(answer.ended, 'session', 'sessions')} of ${name} ended.`);
    });
}

function roleOption(): Option {
  return new Option('--role <role>', 'viewer looks, operator acts on devices, administrator does everything')
    .choices(roles)
    .makeOptionMandatory();
}

/** The link alone on standard output, so that it can be piped. */
function printLink({ link, expiresAt }: LinkAnswer, what: string): void {
  print(link);
  process.stderr.write(`${what}; the link works once, until ${showTime(expiresAt)} UTC\n`);
}
