import { type ExplainedPolicy, type Explanation, explainRequest } from '@kiten/policy';
import type { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { readCedarSchema, readEntities, readPolicies, readRequests } from '../policy-files.ts';

interface ExplainOptions {
  readonly policies?: string;
  readonly entities: string;
  readonly schema?: string;
  readonly json?: boolean;
}

/** `kiten policy explain`: which policies decided a request, and which attributes decided them. */
export function policyExplainCommand(policy: Command): void {
  policy
    .command('explain <request>')
    .description('which policies decide a request, and which attributes decide them; offline')
    .option('--policies <file>', 'Cedar text or JSON (default: those that a site starts with)')
    .requiredOption('--entities <file>', 'in Cedar’s JSON form')
    .option('--schema <file>', 'a Cedar schema to read entities and request by, text or JSON')
    .option('--json', 'print JSON')
    .action(async (file: string, options: ExplainOptions) => {
      const schema = await readCedarSchema(options.schema);
      const policies = await readPolicies(options.policies);
      const entities = await readEntities(options.entities, schema);
      for (const request of await readRequests(file, schema)) {
        const explanation = explainRequest(policies, request, entities);
        if (options.json) printJson(jsonOf(explanation));
        else printExplanation(explanation);
      }
    });
}

function jsonOf({ decision: { allow, reasons, errors }, policies }: Explanation) {
  return { decision: allow ? 'allow' : 'deny', reason: reasons, errors, policies };
}

function printExplanation({ decision, policies }: Explanation): void {
  const { allow, reasons } = decision;
  if (reasons.length > 0) print(`${allow ? '● allow' : '✖ deny'}: ${reasons.join(', ')}`);
  else print(`✖ deny: nothing permits it${policies.length === 0 ? '' : '. What came nearest:'}`);
  for (const explained of policies) printPolicy(explained);
}

function printPolicy({ id, effect, outcome, outside, conditions }: ExplainedPolicy): void {
  print(`  ${effect} ${id}: ${outcome}`);
  for (const name of outside) print(`    its scope leaves out this ${name}`);
  for (const { kind, holds, because } of conditions) {
    print(`    ${kind}: ${holds === 'failed' ? 'fails' : holds ? 'holds' : 'does not hold'}`);
    for (const { expression, value, reads } of because) {
      print(`      ${expression}  →  ${value}`);
      for (const read of reads) print(`        ${read.expression} is ${read.value}`);
    }
  }
}
