import type { PolicyIds } from '@kiten/policy/cedar';
import type { Command } from 'commander';
import { decideRequest, type RequestDecision } from '../decide-request.ts';
import { policyIdsOption } from '../options.ts';
import { print, printJson } from '../output.ts';
import { readEntities, readPolicies, readRequestSchema, readRows } from '../policy-files.ts';

interface DecideOptions {
  readonly policies: string;
  readonly entities: string;
  readonly request: string;
  readonly schema?: string;
  readonly ids: PolicyIds;
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
    .addOption(policyIdsOption().default('cedar'))
    .option('--json', 'print JSON')
    .action(async (options: DecideOptions) => {
      const schema = await readRequestSchema(options.schema);
      const policies = await readPolicies(options.policies, options.ids);
      const entities = await readEntities(options.entities, schema?.shapes);
      const rows = await readRows(options.request);
      const decisions = rows.map((row) => decideRequest(row, { policies, entities, schema }, false));
      if (options.json !== true) {
        for (const decision of decisions) printDecision(decision);
        return;
      }
      const [first, ...others] = decisions.map(jsonOf);
      printJson(others.length === 0 && first !== undefined ? first : decisions.map(jsonOf));
    });
}

/** As Cedar's own tests and its response name it. */
function jsonOf({ allow, reasons, errors, refused }: RequestDecision) {
  return {
    decision: allow ? 'allow' : 'deny',
    reason: reasons,
    errors: errors.map(({ policy }) => policy),
    ...(refused === undefined ? {} : { refused }),
    diagnostics: {
      reason: reasons,
      errors: errors.map(({ policy, message }) => ({ policyId: policy, error: { message } })),
    },
  };
}

function printDecision({ allow, reasons, errors, refused }: RequestDecision): void {
  const nothing = refused === undefined ? 'nothing permits it' : `the schema refuses the request: ${refused}`;
  const because = reasons.length === 0 ? nothing : reasons.join(', ');
  print(`${allow ? '● allow' : '✖ deny'}: ${because}`);
  for (const { policy, message } of errors) print(`  ${policy} fails: ${message}`);
}
