import { readFile } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { type ChangedRegion, diffPolicies, reviewPolicies, showEnvironment } from '@kiten/policy';
import { type Command, InvalidArgumentError } from 'commander';
import type { PolicyReplay } from '../../site/policy-replay.ts';
import { openClient } from '../client.ts';
import type { Environment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { dataHelp, type SiteOptions } from '../options.ts';
import { counted, print, printJson } from '../output.ts';
import { readPolicies, readProvableSchema } from '../policy-files.ts';
import { printScenario, scenarioJson } from '../policy-output.ts';

interface DiffOptions extends SchemaOptions, SiteOptions {
  readonly counted?: boolean;
  readonly minutes?: number;
}

interface SchemaOptions {
  readonly schema?: string;
  readonly json?: boolean;
}

/** `kiten policy diff` and `review`: what policy sets mean, compared with another, and by themselves. */
export function policyDiffCommands(policy: Command, environment: Environment): void {
  policy
    .command('diff <before> <after>')
    .description(
      'what becomes allowed or denied from one policy set to another, each with an example; offline, but for --counted',
    )
    .option('--schema <file>', 'a Cedar schema, text or JSON (default: that of a site)')
    .option(
      '--counted',
      'ask a site whom of those it would have touched whose requests it has counted lately',
    )
    .option('--minutes <number>', 'how long ago is lately (default: a week)', parseMinutes)
    .option('--data <directory>', dataHelp)
    .option('--site <url>', 'a site’s API address instead; its token comes from KITEN_TOKEN')
    .option('--json', 'print JSON')
    .action(async (before: string, after: string, options: DiffOptions) => {
      const schema = await readProvableSchema(options.schema);
      const { regions, undecided } = diffPolicies(
        schema,
        await readPolicies(before),
        await readPolicies(after),
      );
      const touched =
        options.counted === true ? await askTouched(before, after, options, environment) : undefined;
      if (options.json) {
        printJson({
          ...(touched === undefined ? {} : { touched }),
          regions: regions.map(regionJson),
          undecided: undecided.map(({ environment, why }) => ({
            environment: showEnvironment(environment),
            why,
          })),
        });
        return;
      }
      for (const region of regions) printRegion(region);
      for (const { environment, why } of undecided) print(`○ ${showEnvironment(environment)}: ${why}`);
      if (regions.length === 0 && undecided.length === 0) print('● Both decide every request the same.');
      if (touched !== undefined) printTouched(touched);
    });

  policy
    .command('review [file]')
    .description(
      'policies without effect: that never match, are shadowed or contradicted; offline; exits with 1 if there are any',
    )
    .option('--schema <file>', 'a Cedar schema, text or JSON (default: that of a site)')
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: SchemaOptions) => {
      const review = reviewPolicies(await readProvableSchema(options.schema), await readPolicies(file));
      if (review.remarks.length > 0 || review.undecided.length > 0) process.exitCode = exitCodes.refused;
      if (options.json) return printJson(review);
      for (const { policy: id, remark, by } of review.remarks) print(`✖ ${id}: ${says[remark](by)}`);
      for (const id of review.undecided) print(`○ ${id}: whether it has an effect could not be decided.`);
      if (process.exitCode !== exitCodes.refused) print('● Every policy has an effect.');
    });
}

const WEEK_MINUTES = 10_080;

function parseMinutes(text: string): number {
  const minutes = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (minutes >= 1 && minutes <= WEEK_MINUTES) return minutes;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${WEEK_MINUTES}.`);
}

async function askTouched(
  before: string,
  after: string,
  options: DiffOptions,
  environment: Environment,
): Promise<PolicyReplay> {
  const [against, text] = [await readFile(before, 'utf8'), await readFile(after, 'utf8')];
  const client = await openClient(options, environment);
  const { minutes } = options;
  const body = { text, against, ...(minutes === undefined ? {} : { minutes }) };
  const { problems, replay } = await client.send<{ problems: readonly Error[]; replay?: PolicyReplay }>(
    'POST',
    '/policies/review',
    body,
  );
  if (replay !== undefined) return replay;
  throw new KitenError(
    'policy/invalid',
    `A site takes neither of them: ${problems.map(({ message }) => message).join('; ')}`,
  );
}

function printTouched({ requests, untold, denied, allowed }: PolicyReplay): void {
  print();
  print(`Of ${counted(requests, 'request', 'requests')} that the site counted lately:`);
  for (const [what, { requests: count, most }] of [
    ['would be denied', denied],
    ['would be allowed', allowed],
  ] as const) {
    print(`  ${count} ${what}`);
    for (const row of most)
      print(`    ${row.device}  ${row.action}  ${row.topic}  ${row.requests}  ${row.policies.join(', ')}`);
  }
  if (untold > 0) print(`  ${untold} were counted without device and topic`);
}

const says = {
  'never-matches': () => 'no request satisfies it.',
  shadowed: (by: readonly string[]) => `whatever it does, ${by.join(', ')} would do without it.`,
  contradicted: (by: readonly string[]) =>
    by.length === 0
      ? 'nothing permits what it forbids.'
      : `whatever it permits is forbidden by ${by.join(', ')}.`,
} as const;

function regionJson({ environment, change, before, after, example }: ChangedRegion) {
  return { change, environment: showEnvironment(environment), before, after, example: scenarioJson(example) };
}

function printRegion({ environment, change, before, after, example }: ChangedRegion): void {
  const because = (ids: readonly string[]) => (ids.length === 0 ? 'nothing permits it' : ids.join(', '));
  print(`${change === 'allowed' ? '＋ allowed' : '－ denied'}: ${showEnvironment(environment)}`);
  print(`    before  ${because(before)}`);
  print(`    after   ${because(after)}`);
  printScenario(example, '    ');
}
