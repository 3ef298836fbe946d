import { checkPolicyCertificate, type PolicyReport } from '@kiten/checker/policy';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { readBytes } from '../files.ts';
import { counted, print, printJson } from '../output.ts';
import { readCertified } from '../policy-files.ts';

interface CheckOptions {
  readonly policies?: string;
  readonly schema?: string;
  readonly invariants?: string;
  readonly json?: boolean;
}

/** `kiten policy check-certificate`: other code than the one that proved, with its own reading of Cedar. */
export function policyCheckCertificateCommand(policy: Command): void {
  policy
    .command('check-certificate <file>')
    .description(
      'check, with other code than `kiten policy prove`, that a certificate proves invariants, offline; exits with 1 if it does not',
    )
    .option('--schema <file>', 'a Cedar schema, text or JSON (default: that of a site)')
    .option('--policies <file>', 'Cedar text or JSON (default: those that a site starts with)')
    .option(
      '--invariants <file>',
      'what must hold, written as Cedar policies (default: those that a site keeps)',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: CheckOptions) => {
      const certificate = new Uint8Array(await readBytes(file));
      const report = checkPolicyCertificate({ certificate, ...(await readCertified(options)) });
      if (!report.holds) process.exitCode = exitCodes.refused;
      if (options.json) printJson(report);
      else printReport(report);
    });
}

function printReport(report: PolicyReport): void {
  if (!report.holds) {
    print(`✖ does not hold${placeOf(report)}: ${report.message} (${report.reason})`);
    return;
  }
  for (const id of report.proven) print(`● proved        ${id}`);
  for (const id of report.unproven) print(`○ not claimed   ${id}`);
  print(
    `The certificate holds: ${counted(report.proven.length, 'invariant', 'invariants')} in ${counted(report.environments, 'environment', 'environments')}.`,
  );
}

type Refused = Exclude<PolicyReport, { readonly holds: true }>;

function placeOf({ environment, policy, invariant, term, step }: Refused): string {
  const numbers = Object.entries({ term, step }).filter(([, number]) => number !== undefined);
  const parts = [
    policy !== undefined && `policy ${policy}`,
    invariant !== undefined && `invariant ${invariant}`,
    ...numbers.map(([name, number]) => `${name} ${number}`),
    environment !== undefined && `${environment.principal} ${environment.action.id} ${environment.resource}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : ` at ${parts.join(', ')}`;
}
