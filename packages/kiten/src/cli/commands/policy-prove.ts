import { type InvariantOutcome, PolicyProver, type ProofReport, showEnvironment } from '@kiten/policy';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { writeBytes } from '../files.ts';
import { counted, print, printJson } from '../output.ts';
import { type Invariants, readInvariants, readPolicies, readProvableSchema } from '../policy-files.ts';
import { printScenario, scenarioJson } from '../policy-output.ts';

interface ProveOptions {
  readonly policies?: string;
  readonly schema?: string;
  readonly invariants?: string;
  readonly certificate?: string;
  readonly json?: boolean;
}

/** `kiten policy prove`: invariants, for all requests; what is refuted with a request that breaks it. */
export function policyProveCommand(policy: Command): void {
  policy
    .command('prove')
    .description('prove invariants of policies for all requests, offline; exits with 1 if one is not proved')
    .option('--schema <file>', 'a Cedar schema, text or JSON (default: that of a site)')
    .option('--policies <file>', 'Cedar text or JSON (default: those that a site starts with)')
    .option(
      '--invariants <file>',
      'what must hold, written as Cedar policies (default: those that a site keeps)',
    )
    .option('--certificate <file>', 'write a proof of what is proved, for `kiten policy check-certificate`')
    .option('--json', 'print JSON')
    .action(async (options: ProveOptions) => {
      const schema = await readProvableSchema(options.schema);
      const policies = await readPolicies(options.policies);
      const invariants = await readInvariants(options.invariants);
      const report = new PolicyProver(schema).prove(policies, invariants.compiled);
      if (options.certificate !== undefined && report.certificate !== undefined)
        await writeBytes(options.certificate, report.certificate);
      if (report.outcomes.some(({ result }) => result !== 'proved')) process.exitCode = exitCodes.refused;
      if (options.json) printJson(jsonOf(report, invariants, options.certificate));
      else printReport(report, invariants, options.certificate);
    });
}

function jsonOf({ outcomes, certificate }: ProofReport, { sentences }: Invariants, file: string | undefined) {
  return {
    invariants: outcomes.map((outcome) => ({
      id: outcome.id,
      sentence: sentences.get(outcome.id),
      ...found(outcome),
    })),
    ...(file === undefined || certificate === undefined
      ? {}
      : { certificate: { file, bytes: certificate.length } }),
  };
}

function found(outcome: InvariantOutcome) {
  const { result } = outcome;
  if (result === 'proved') return { result };
  if (result === 'refuted') return { result, counterexample: scenarioJson(outcome.counterexample) };
  return { result, why: outcome.why, environment: showEnvironment(outcome.environment) };
}

function printReport(
  { outcomes, certificate }: ProofReport,
  { sentences }: Invariants,
  file: string | undefined,
): void {
  for (const outcome of outcomes) {
    const said = `${sentences.get(outcome.id)} (${outcome.id})`;
    switch (outcome.result) {
      case 'proved':
        print(`● proved    ${said}`);
        break;
      case 'refuted':
        print(`✖ refuted   ${said}`);
        printScenario(outcome.counterexample, '    ');
        break;
      case 'unknown':
        print(`○ unknown   ${said}`);
        print(`    ${showEnvironment(outcome.environment)}: ${outcome.why}`);
    }
  }
  if (file === undefined || certificate === undefined) return;
  const proved = outcomes.filter(({ result }) => result === 'proved').length;
  print(
    `${file}: ${counted(certificate.length, 'byte', 'bytes')}, proves ${counted(proved, 'invariant', 'invariants')}`,
  );
}
