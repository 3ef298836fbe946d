import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { campaignCommands } from './update-campaign.ts';
import { deltaCommands } from './update-delta.ts';
import { directorCommands } from './update-director.ts';
import { keyCommands } from './update-key.ts';
import { releaseCommands } from './update-release.ts';
import { repositoryCommands } from './update-repository.ts';
import { revokeCommand } from './update-revoke.ts';
import { rootCommands } from './update-root.ts';
import { suitCommands } from './update-suit.ts';
import { tufClientCommands } from './update-tuf-client.ts';
import { uptaneCommands } from './update-uptane.ts';
import { verifyUpdateCommand } from './update-verify.ts';

/** Everything about updates: what works on files and repositories, and what a site rolls out. */
export function updateCommands(program: Command, environment: Environment): void {
  const update = program
    .command('update')
    .description('software updates: The Update Framework (TUF), Uptane, SUIT manifests, images of MCUboot');
  repositoryCommands(update, environment);
  revokeCommand(update);
  keyCommands(update);
  rootCommands(update);
  directorCommands(update, environment);
  releaseCommands(update, environment);
  campaignCommands(update, environment);
  tufClientCommands(update);
  uptaneCommands(update);
  suitCommands(update);
  deltaCommands(update);
  verifyUpdateCommand(update);
}
