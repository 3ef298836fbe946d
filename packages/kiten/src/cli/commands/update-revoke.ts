import { rehearseSupplier } from '@kiten/update';
import type { Command } from 'commander';
import { withScratch } from '../ceremony-files.ts';
import { tellRehearsal } from '../ceremony-output.ts';
import { exitCodes } from '../exit-codes.ts';
import { readPublicKey } from '../holder-options.ts';
import { parseCount } from '../options.ts';
import { print, printJson } from '../output.ts';
import { openRepository, tellStaged } from './update-repository.ts';

interface RevokeOptions {
  readonly by: string;
  readonly key?: readonly string[];
  readonly threshold: number;
  readonly rehearse?: boolean;
  readonly json?: boolean;
}

/** `kiten update revoke`: a supplier’s key was stolen. */
export function revokeCommand(update: Command): void {
  update
    .command('revoke <directory> <role>')
    .description(
      'entrust nothing to a role any more, or its paths to other holders: what it said so far is said by nobody',
    )
    .option('--by <role>', 'the role that delegates to it', 'targets')
    .option('--key <file...>', 'public keys of its new holders, PEM; without any the role is gone')
    .option('--threshold <n>', 'how many of them have to sign', parseCount, 1)
    .option('--rehearse', 'play a theft through with throw-away keys in a copy, and change nothing')
    .option('--json', 'print JSON')
    .action(async (directory: string, role: string, options: RevokeOptions) => {
      const { by, key: files, threshold, json } = options;
      if (options.rehearse === true) {
        const isReplaced = files !== undefined;
        const play = await withScratch(directory, (ports) => rehearseSupplier(ports, role, isReplaced));
        if (!play.asExpected) process.exitCode = exitCodes.refused;
        return json ? printJson(play) : tellRehearsal(play);
      }
      const keys = await Promise.all((files ?? []).map(readPublicKey));
      const repository = openRepository(directory);
      await repository.revoke(role, files === undefined ? undefined : { keys, threshold }, by);
      if (!json)
        print(
          `What ${role} said is withdrawn once this is published: devices install none of it, and leave what they have not confirmed.`,
        );
      return tellStaged(repository, json);
    });
}
