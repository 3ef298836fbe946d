import type { Command } from 'commander';
import { deltaCommands } from './update-delta.ts';
import { keyCommands } from './update-key.ts';
import { repositoryCommands } from './update-repository.ts';
import { rootCommands } from './update-root.ts';
import { suitCommands } from './update-suit.ts';
import { tufClientCommands } from './update-tuf-client.ts';
import { uptaneCommands } from './update-uptane.ts';
import { verifyUpdateCommand } from './update-verify.ts';

/** Everything about updates that works on files and repositories, without a site. */
export function updateCommands(program: Command): void {
  const update = program
    .command('update')
    .description('software updates: The Update Framework (TUF), Uptane, SUIT manifests, images of MCUboot');
  repositoryCommands(update);
  keyCommands(update);
  rootCommands(update);
  tufClientCommands(update);
  uptaneCommands(update);
  suitCommands(update);
  deltaCommands(update);
  verifyUpdateCommand(update);
}
