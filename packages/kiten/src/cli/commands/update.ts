import type { Command } from 'commander';
import { repositoryCommands } from './update-repository.ts';
import { tufClientCommands } from './update-tuf-client.ts';

/** Everything about updates that works on files and repositories, without a site. */
export function updateCommands(program: Command): void {
  const update = program.command('update').description('software updates by The Update Framework (TUF)');
  repositoryCommands(update);
  tufClientCommands(update);
}
