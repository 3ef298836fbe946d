import { KitenError } from '@kiten/codec';
import { exactJsonText } from '@kiten/policy';
import { Command, CommanderError } from 'commander';
import type { BrokenInvariant } from '../site/invariants.ts';
import { version } from '../version.ts';
import type { Environment } from './environment.ts';
import { explainFurther } from './examples.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * Commands with their options, before any is run: `docs/cli.md` is generated from it.
 *
 * @param only the one that is asked for; all of them, unless given
 */
export async function commandLine(environment: Environment, only?: string): Promise<Command> {
  const program = new Command('kiten')
    .description(
      'Zero-trust security for IoT fleets: devices prove what they are, and nothing passes beyond that.',
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(kiten --help, or kiten COMMAND --help, shows what there is)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true });
  const wanted = [...commands].filter(([name]) => name === (only ?? name));
  for (const add of await Promise.all(wanted.map(([, load]) => load()))) add(program, environment);
  explainFurther(program);
  return program;
}

/** Runs one command. @returns the exit code */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  try {
    const [first = ''] = args;
    const only = commands.has(first) && first !== completion ? first : undefined;
    await (await commandLine(environment, only)).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    process.stderr.write(explain(firstOf(error), args.includes('--json')));
    return exitCodes.refused;
  }
}

/** Completes all of them. */
const completion = 'completion';

type Add = (program: Command, environment: Environment) => void;

/** By their names, in the order in which they are told. What nobody asks for is not loaded. */
const commands = new Map<string, () => Promise<Add>>([
  ['init', async () => (await import('./commands/init.ts')).initCommand],
  ['up', async () => (await import('./commands/up.ts')).upCommand],
  ['demo', async () => (await import('./commands/up.ts')).demoCommand],
  ['status', async () => (await import('./commands/status.ts')).statusCommand],
  ['reload', async () => (await import('./commands/reload.ts')).reloadCommand],
  ['sign-in', async () => (await import('./commands/sign-in.ts')).signInCommand],
  ['operator', async () => (await import('./commands/operator.ts')).operatorCommands],
  ['api-token', async () => (await import('./commands/api-token.ts')).apiTokenCommands],
  ['device', async () => (await import('./commands/device.ts')).deviceCommands],
  ['import', async () => (await import('./commands/import.ts')).importCommands],
  ['token', async () => (await import('./commands/token.ts')).tokenCommands],
  ['verdict', async () => (await import('./commands/verdict.ts')).verdictCommands],
  ['evidence', async () => (await import('./commands/evidence.ts')).evidenceCommands],
  ['authority', async () => (await import('./commands/authority.ts')).authorityCommands],
  ['statement', async () => (await import('./commands/authority.ts')).statementCommands],
  ['ca', async () => (await import('./commands/ca.ts')).caCommands],
  ['group', async () => (await import('./commands/group.ts')).groupCommands],
  ['brake', async () => (await import('./commands/brake.ts')).brakeCommands],
  ['approval', async () => (await import('./commands/approval.ts')).approvalCommands],
  ['break-glass', async () => (await import('./commands/break-glass.ts')).breakGlassCommands],
  ['policy', async () => (await import('./commands/policy.ts')).policyCommands],
  ['payload-rule', async () => (await import('./commands/payload-rule.ts')).payloadRuleCommands],
  ['log', async () => (await import('./commands/log.ts')).logCommands],
  ['attest', async () => (await import('./commands/attest.ts')).attestCommands],
  ['measurement', async () => (await import('./commands/measurement.ts')).measurementCommands],
  ['update', async () => (await import('./commands/update.ts')).updateCommands],
  ['events', async () => (await import('./commands/events.ts')).eventsCommands],
  ['backup', async () => (await import('./commands/backup.ts')).backupCommands],
  ['restore', async () => (await import('./commands/restore.ts')).restoreCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
  ['completion', async () => (await import('./commands/completion.ts')).completionCommand],
  ['version', async () => (await import('./commands/version.ts')).versionCommand],
  ['broker', async () => (await import('./commands/broker.ts')).brokerCommand],
]);

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
