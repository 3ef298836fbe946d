import { type ChangedRegion, diffPolicies, reviewPolicies, showEnvironment } from '@kiten/policy';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { readPolicies, readProvableSchema } from '../policy-files.ts';
import { printScenario, scenarioJson } from '../policy-output.ts';

interface SchemaOptions {
  readonly schema?: string;
  readonly json?: boolean;
}

/** `kiten policy diff` and `review`: what policy sets mean, compared with another, and by themselves. */
export function policyDiffCommands(policy: Command): void {
  policy
    .command('diff <before> <after>')
    .description(
      'what becomes allowed or denied from one policy set to another, each with an example; offline',
    )
    .option('--schema <file>', 'a Cedar schema, text or JSON (default: that of a site)')
    .option('--json', 'print JSON')
    .action(async (before: string, after: string, options: SchemaOptions) => {
      const schema = await readProvableSchema(options.schema);
      const { regions, undecided } = diffPolicies(
        schema,
        await readPolicies(before),
        await readPolicies(after),
      );
      if (options.json) {
        printJson({
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
