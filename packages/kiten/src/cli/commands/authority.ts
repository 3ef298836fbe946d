import { toBase64 } from '@kiten/codec';
import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readBytes, readText } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { print, printJson, printTable } from '../output.ts';
import { type FindingAnswer, printFindings } from './findings.ts';

interface Admitted {
  readonly digest: string;
  readonly issuer: string;
  readonly role: string;
  readonly device: string;
  readonly findings: readonly FindingAnswer[];
}

type Reasoned = SiteOptions & { reason: string };

/** Others whose word counts. */
export function authorityCommands(program: Command, environment: Environment): void {
  const authority = program
    .command('authority')
    .description('manufacturers, chip makers, laboratories: others whose signed word counts');

  withSite(authority.command('list'))
    .description('whose word counts here')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<{ authorities: { name: string; role: string; key: string }[] }>(
        '/authorities',
      );
      if (options.json) return printJson(answer.authorities);
      return printTable(
        ['NAME', 'ROLE', 'KEY'],
        answer.authorities.map(({ name, role, key }) => [name, role, key]),
      );
    });

  withSite(authority.command('add <name>'))
    .description('let somebody’s word count')
    .requiredOption('--role <role>', 'manufacturer, chip-maker, laboratory or operator')
    .requiredOption('--key <file>', 'the public key, PEM')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: Reasoned & { role: string; key: string }) => {
      const client = await openClient(options, environment);
      const { role, reason } = options;
      await client.send('POST', '/authorities', { name, role, reason, key: await readText(options.key) });
      if (options.json) printJson({ name, role });
      else print(`The word of ${name} (${role}) counts from now on.`);
    });

  withSite(authority.command('remove <name>'))
    .description('let somebody’s word count no more')
    .requiredOption('--role <role>', 'in which role')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (name: string, options: Reasoned & { role: string }) => {
      const client = await openClient(options, environment);
      const query = new URLSearchParams({ role: options.role, reason: options.reason });
      await client.send('DELETE', `/authorities/${encodeURIComponent(name)}?${query}`);
      if (options.json) printJson({ removed: name, role: options.role });
      else print(`The word of ${name} (${options.role}) counts no more.`);
    });
}

export function statementCommands(program: Command, environment: Environment): void {
  const statement = program
    .command('statement')
    .description('what others have signed (COSE_Sign1, docs/verdict-bundle.md)');

  withSite(statement.command('add <file>'))
    .description('admit a signed statement about a device: it is verified, logged and judged')
    .action(async (file: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const body = { statement: toBase64(await readBytes(file)) };
      const admitted = await client.send<Admitted>('POST', '/statements', body);
      if (options.json) return printJson(admitted);
      print(
        `${admitted.issuer} (${admitted.role}) on ${admitted.device}: sha256:${admitted.digest} is in the log.`,
      );
      return printFindings(admitted.findings);
    });
}
