import { toHex } from '@kiten/codec';
import type { Command } from 'commander';
import { type RestoredSite, restoreSite } from '../../backup/restore.ts';
import { type OpenOptions, openerOf, withOpener } from '../backup-options.ts';
import { rememberedCheckpoints } from '../checkpoint-memory.ts';
import type { Environment } from '../environment.ts';
import { get } from '../http-get.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { counted, print, printJson, showTime } from '../output.ts';
import { systemSources } from '../system.ts';

interface RestoreCommandOptions extends OpenOptions {
  readonly data?: string;
  readonly log?: string;
  readonly acceptSetBack?: string;
  readonly json?: boolean;
}

/** `kiten restore`: a site out of its backup, here or on another machine. */
export function restoreCommand(program: Command, environment: Environment): void {
  withOpener(program.command('restore <file>'))
    .description('make a site out of a backup, here or on another machine; verifies all of it first')
    .option('--data <directory>', dataHelp)
    .option(
      '--log <copy>',
      'a newer copy of the site’s log, tiles in a directory or on the web: goes on from there',
    )
    .option(
      '--accept-set-back <reason>',
      'go on although others have seen more of the log; the reason is logged',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: RestoreCommandOptions) => {
      const directory = dataDirectory(options.data, environment);
      const site = await restoreSite({
        file,
        directory,
        opener: await openerOf(options),
        get,
        logCopy: options.log,
        accepted: options.acceptSetBack,
        askWitnesses: true,
        remembered: ({ origin, publicKey }) =>
          rememberedCheckpoints(environment, `${origin} ${toHex(publicKey)}`).recall(),
        ...systemSources(),
      });
      if (options.json) printJson({ data: directory, ...site });
      else printRestored(site, directory);
    });
}

function printRestored(site: RestoredSite, directory: string): void {
  const { about, entries, broughtForward, witnesses, tokens, access } = site;
  print(`${directory}: ${about.site} as of ${showTime(about.at)} UTC`);
  print(`● store and log are sound and go together: ${counted(entries, 'entry', 'entries')}`);
  if (broughtForward > 0)
    print(`● ${counted(broughtForward, 'entry', 'entries')} of the log came from the copy`);
  for (const { name, word, code } of witnesses)
    print(word === 'agrees' ? `● the witness ${name} has seen no more` : `▲ the witness ${name}: ${code}`);
  if (witnesses.length === 0)
    print('▲ the log has no witnesses: nobody can say whether it went on after the backup');
  if (tokens > 0)
    print(
      `▲ ${counted(tokens, 'enrolment token was', 'enrolment tokens were')} open and are void now: they may have been used`,
    );
  if (access > 0)
    print(
      `▲ ${counted(access, 'operator, program token or passkey', 'operators, program tokens and passkeys')} stay as the log has them since`,
    );
  for (const device of site.revoked) print(`▲ ${device} was revoked after the backup, and stays so`);
  for (const device of site.quarantined) print(`▲ ${device} was quarantined after the backup, and stays so`);
  for (const device of site.unknownDevices)
    print(`▲ ${device} enrolled after the backup: it has to enrol anew`);
  print();
  print('What was decided after the backup and is not named here is lost: look for revocations.');
  print(
    'The other site must not run any more. Two that sign one log contradict each other, and witnesses tell.',
  );
  print(`Start this one with: npx kiten up --data ${directory}`);
}
