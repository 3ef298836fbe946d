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

/** Everything about attestation that works on files, without a site. */
export function attestCommands(program: Command, environment: Environment): void {
  const attest = program
    .command('attest')
    .description('evidence of devices and results of its appraisal, offline');
  attestAppraiseCommand(attest, environment);
  attestLearnCommand(attest);
  attestPackCommand(attest);
  attestInspectCommand(attest);
  attestQuoteCommand(attest);
  attestEventLogCommand(attest);
  attestImaCommand(attest);
  attestEarCommand(attest);
}
