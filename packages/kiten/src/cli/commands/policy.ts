import type { Command } from 'commander';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { readText, writeBytes } from '../files.ts';
import { type SiteOptions, withSite } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { isWaiting } from '../waiting.ts';
import { policyCheckCertificateCommand } from './policy-check-certificate.ts';
import { policyDecideCommand } from './policy-decide.ts';
import { policyDiffCommands } from './policy-diff.ts';
import { policyExplainCommand } from './policy-explain.ts';
import { policyInvariantCommands } from './policy-invariants.ts';
import { policyProveCommand } from './policy-prove.ts';
import { policyTestCommand } from './policy-test.ts';

interface PolicyAnswer {
  readonly revision: number;
  readonly text: string;
}

export function policyCommands(program: Command, environment: Environment): void {
  const policy = program.command('policy').description('the Cedar policies that decide');

  withSite(policy.command('show'))
    .description('the policies in force')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<PolicyAnswer>('/policies');
      if (options.json) printJson(answer);
      else process.stdout.write(answer.text);
    });

  withSite(policy.command('schema'))
    .description('the Cedar schema they are written against')
    .action(async (options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.get<{ text: string }>('/policies/schema');
      if (options.json) printJson(answer);
      else process.stdout.write(answer.text);
    });

  withSite(policy.command('check <file>'))
    .description('judge a file of policies without putting it in force')
    .action(async (file: string, options: SiteOptions) => {
      const client = await openClient(options, environment);
      const answer = await client.send('POST', '/policies/check', { text: await readText(file) });
      if (options.json) printJson(answer);
      else print('The policies are well-formed and fit the schema.');
    });

  withSite(policy.command('set <file>'))
    .description('put a file of policies in force')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .action(async (file: string, options: SiteOptions & { reason: string }) => {
      const client = await openClient(options, environment);
      const body = { text: await readText(file), reason: options.reason };
      const answer = await client.send<PolicyAnswer>('PUT', '/policies', body);
      if (isWaiting(answer, options)) return options.json ? printJson(answer) : undefined;
      if (options.json) printJson(answer);
      else print(`Revision ${answer.revision} is in force.`);
    });

  withSite(policy.command('certificate'))
    .description('write the proof that the policies in force keep what they must, for `check-certificate`')
    .requiredOption('--out <file>', 'where to')
    .action(async (options: SiteOptions & { out: string }) => {
      const client = await openClient(options, environment);
      const certificate = await client.bytes('/policies/certificate');
      await writeBytes(options.out, certificate);
      if (options.json) printJson({ file: options.out, bytes: certificate.length });
      else print(`${options.out}: ${counted(certificate.length, 'byte', 'bytes')}`);
    });

  policyInvariantCommands(policy, environment);
  policyDecideCommand(policy);
  policyExplainCommand(policy);
  policyProveCommand(policy);
  policyCheckCertificateCommand(policy);
  policyDiffCommands(policy, environment);
  policyTestCommand(policy);
}
