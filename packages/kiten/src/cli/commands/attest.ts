import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { attestAppraiseCommand } from './attest-appraise.ts';
import { attestEarCommand } from './attest-ear.ts';
import { attestEventLogCommand } from './attest-eventlog.ts';
import { attestImaCommand } from './attest-ima.ts';
import { attestInspectCommand } from './attest-inspect.ts';
import { attestLearnCommand } from './attest-learn.ts';
import { attestPackCommand } from './attest-pack.ts';
import { attestQuoteCommand } from './attest-quote.ts';
import { attestReferenceCommands } from './attest-reference.ts';
import { attestVendorCommands } from './attest-vendor.ts';

/** Evidence of devices and what it is held against: on files, and at a site. */
export function attestCommands(program: Command, environment: Environment): void {
  const attest = program
    .command('attest')
    .description('evidence of devices, results of its appraisal, and what a site holds devices against');
  attestAppraiseCommand(attest, environment);
  attestLearnCommand(attest, environment);
  attestPackCommand(attest);
  attestInspectCommand(attest);
  attestQuoteCommand(attest);
  attestEventLogCommand(attest);
  attestImaCommand(attest);
  attestEarCommand(attest);
  attestReferenceCommands(attest, environment);
  attestVendorCommands(attest, environment);
}
