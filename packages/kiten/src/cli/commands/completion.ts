import { Argument, type Command } from 'commander';
import { completionScript, type Shell, shells } from '../completion.ts';

/** `kiten completion`: a script for one's shell. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options: source <(kiten completion bash)')
    .addArgument(new Argument('<shell>', 'which').choices(shells))
    .action((shell: Shell) => void process.stdout.write(completionScript(program, shell)));
}
