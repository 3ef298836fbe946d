import { KitenError } from '@kiten/codec';
import { exactJsonText } from '@kiten/policy';
import { Command, CommanderError } from 'commander';
import type { BrokenInvariant } from '../site/invariants.ts';
import { version } from '../version.ts';
import { apiTokenCommands } from './commands/api-token.ts';
import { approvalCommands } from './commands/approval.ts';
import { attestCommands } from './commands/attest.ts';
import { authorityCommands } from './commands/authority.ts';
import { backupCommands } from './commands/backup.ts';
import { brakeCommands } from './commands/brake.ts';
import { breakGlassCommands } from './commands/break-glass.ts';
import { brokerCommand } from './commands/broker.ts';
import { caCommands } from './commands/ca.ts';
import { completionCommand } from './commands/completion.ts';
import { deviceCommands } from './commands/device.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommands } from './commands/events.ts';
import { evidenceCommands } from './commands/evidence.ts';
import { groupCommands } from './commands/group.ts';
import { importCommands } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { logCommands } from './commands/log.ts';
import { measurementCommands } from './commands/measurement.ts';
import { operatorCommands } from './commands/operator.ts';
import { payloadRuleCommands } from './commands/payload-rule.ts';
import { policyCommands } from './commands/policy.ts';
import { reloadCommand } from './commands/reload.ts';
import { restoreCommand } from './commands/restore.ts';
import { signInCommand } from './commands/sign-in.ts';
import { statusCommand } from './commands/status.ts';
import { tokenCommands } from './commands/token.ts';
import { demoCommand, upCommand } from './commands/up.ts';
import { updateCommands } from './commands/update.ts';
import { verdictCommands } from './commands/verdict.ts';
import { versionCommand } from './commands/version.ts';
import type { Environment } from './environment.ts';
import { explainFurther } from './examples.ts';
import { exitCodes } from './exit-codes.ts';

/** All commands with their options, before any is run: `docs/cli.md` is generated from it. */
export function commandLine(environment: Environment): Command {
  const program = new Command('kiten')
    .description(
      'Zero-trust security for IoT fleets: devices prove what they are, and nothing passes beyond that.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(kiten --help, or kiten COMMAND --help, shows what there is)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
  for (const add of commands) add(program, environment);
  explainFurther(program);
  return program;
}

/** Runs one command. @returns the exit code */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  try {
    await commandLine(environment).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    process.stderr.write(explain(firstOf(error), args.includes('--json')));
    return exitCodes.refused;
  }
}

const commands: readonly ((program: Command, environment: Environment) => void)[] = [
  initCommand,
  upCommand,
  demoCommand,
  statusCommand,
  reloadCommand,
  signInCommand,
  operatorCommands,
  apiTokenCommands,
  deviceCommands,
  importCommands,
  tokenCommands,
  verdictCommands,
  evidenceCommands,
  authorityCommands,
  caCommands,
  groupCommands,
  brakeCommands,
  approvalCommands,
  breakGlassCommands,
  policyCommands,
  payloadRuleCommands,
  logCommands,
  attestCommands,
  measurementCommands,
  updateCommands,
  eventsCommands,
  backupCommands,
  restoreCommand,
  doctorCommand,
  completionCommand,
  versionCommand,
  brokerCommand,
];

/** What went wrong first: what failed while tidying up after it only follows from it. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error;
}

/** What went wrong, for a person or, with `--json`, for a script. */
function explain(error: unknown, json: boolean): string {
  if (!(error instanceof KitenError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    if (json) return `${JSON.stringify({ error: { code: 'kiten/internal', message: stack } })}\n`;
    return `kiten: something went wrong inside Kiten: ${stack}\n`;
  }
  const { code, message, detail } = error;
  const invariants = detail?.invariants as readonly BrokenInvariant[] | undefined;
  if (json) return `${exactJsonText({ error: { code, message, ...(invariants && { invariants }) } })}\n`;
  return `kiten: ${message}\n       (${code})\n${(invariants ?? []).map(showBroken).join('')}`;
}

/** The request that shows it, in Cedar's JSON forms, ready for `kiten policy decide`. */
function showBroken({ id, counterexample, environment, why }: BrokenInvariant): string {
  if (counterexample === undefined) return `       ${id}: ${environment}: ${why}\n`;
  const { request, entities } = counterexample;
  return `       ${id}:\n         request  ${exactJsonText(request)}\n         entities ${exactJsonText(entities)}\n`;
}
