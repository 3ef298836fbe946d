import { type Decision, decide } from '@kiten/policy';
import type { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { readCedarSchema, readEntities, readPolicies, readRequests } from '../policy-files.ts';

interface DecideOptions {
  readonly policies: string;
  readonly entities: string;
  readonly request: string;
  readonly schema?: string;
  readonly json?: boolean;
}

/** `kiten policy decide`: any Cedar policies, entities and request, offline. */
export function policyDecideCommand(policy: Command): void {
  policy
    .command('decide')
    .description('decide a request by any Cedar policies and entities, offline')
    .requiredOption('--policies <file>', 'Cedar text, or Cedar’s JSON form')
    .requiredOption('--entities <file>', 'in Cedar’s JSON form')
    .requiredOption('--request <file>', 'in Cedar’s JSON form; or a list of them')
    .option('--schema <file>', 'a Cedar schema to read entities and request by, text or JSON')
    .option('--json', 'print JSON')
    .action(async (options: DecideOptions) => {
      const schema = await readCedarSchema(options.schema);
      const policies = await readPolicies(options.policies);
      const entities = await readEntities(options.entities, schema);
      const requests = await readRequests(options.request, schema);
      const decisions = requests.map((request) => decide(policies, request, entities));
      if (options.json !== true) {
        for (const decision of decisions) printDecision(decision);
        return;
      }
      const [first, ...others] = decisions.map(jsonOf);
      printJson(others.length === 0 && first !== undefined ? first : decisions.map(jsonOf));
    });
}

/** As Cedar's own tests and its response name it. */
function jsonOf({ allow, reasons, errors }: Decision) {
  return {
    decision: allow ? 'allow' : 'deny',
    reason: reasons,
    errors: errors.map(({ policy }) => policy),
    diagnostics: {
      reason: reasons,
      errors: errors.map(({ policy, message }) => ({ policyId: policy, error: { message } })),
    },
  };
}

function printDecision({ allow, reasons, errors }: Decision): void {
  const because = reasons.length === 0 ? 'nothing permits it' : reasons.join(', ');
  print(`${allow ? '● allow' : '✖ deny'}: ${because}`);
  for (const { policy, message } of errors) print(`  ${policy} fails: ${message}`);
}
