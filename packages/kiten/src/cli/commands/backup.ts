import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KitenError } from '@kiten/codec';
import type { Command } from 'commander';
import { backUp } from '../../backup/back-up.ts';
import { formatRecipient, rawOf } from '../../backup/backup-key.ts';
import { restoreSite } from '../../backup/restore.ts';
import { type OpenOptions, openerOf, recipientOf, type SealOptions, withOpener } from '../backup-options.ts';
import type { Environment } from '../environment.ts';
import { get } from '../http-get.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { counted, print, printJson, showTime } from '../output.ts';
import { systemSources } from '../system.ts';

/** `kiten backup`: a whole site, running or not, in one sealed file. */
export function backupCommands(program: Command, environment: Environment): void {
  const backup = program.command('backup').description('a whole site in one sealed file');

  backup
    .command('create', { isDefault: true })
    .description(
      'back a site up while it runs: store, log, sessions, keys, configuration; `create` may be left out',
    )
    .option('--data <directory>', dataHelp)
    .requiredOption('--out <file>', 'the backup; a file that is there already is kept')
    .option('--passphrase-file <file>', 'seal it with the passphrase in the first line of this file')
    .option('--recipient <key>', 'seal it for whoever holds the private key to this one (`kiten backup key`)')
    .option('--json', 'print JSON')
    .action(async (options: SealOptions & { data?: string; out: string; json?: boolean }) => {
      const progress = process.stderr.isTTY && options.json !== true;
      const made = await backUp({
        directory: dataDirectory(options.data, environment),
        file: resolve(options.out),
        environment,
        recipient: await recipientOf(options),
        ...systemSources(),
        ...(progress ? { onProgress: showProgress } : {}),
      });
      if (progress) process.stderr.write('\r\u001b[K');
      if (options.json) return printJson(made);
      print(`${made.file}: ${made.site} as of ${showTime(made.at)} UTC, read again and sound`);
      print(`  ${counted(made.bytes, 'byte', 'bytes')}, ${counted(made.files, 'file', 'files')}`);
      return print(`  ${counted(made.logSize, 'entry', 'entries')} of the log`);
    });

  withOpener(backup.command('verify <file>'))
    .description(
      'unseal a backup, verify its log, and hold store and log against each other; nothing is kept',
    )
    .option('--json', 'print JSON')
    .action(async (file: string, options: OpenOptions & { json?: boolean }) => {
      const opener = await openerOf(options);
      const folder = await mkdtemp(join(tmpdir(), 'kiten-verify-'));
      try {
        const { about, entries } = await restoreSite({
          file,
          directory: join(folder, 'site'),
          opener,
          get,
          askWitnesses: false,
          ...systemSources(),
        });
        if (options.json) return printJson({ file, ...about, sound: true });
        return print(
          `● sound: ${about.site} as of ${showTime(about.at)} UTC, ${counted(entries, 'entry', 'entries')} of the log`,
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });

  backup
    .command('key')
    .description(
      'make a pair of keys: backups are sealed with the public one, and only the private one opens them',
    )
    .requiredOption(
      '--out <file>',
      'where the private key goes, readable by its owner alone; keep it elsewhere',
    )
    .option('--json', 'print JSON')
    .action(async (options: { out: string; json?: boolean }) => {
      const { publicKey, privateKey } = generateKeyPairSync('x25519');
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      await writeFile(options.out, pem, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
        throw new KitenError('kiten/file-unwritable', `${options.out} cannot be written, or is there.`, {
          cause,
        });
      });
      const recipient = formatRecipient(rawOf(publicKey));
      if (options.json) printJson({ key: options.out, recipient });
      else print(recipient);
    });
}

function showProgress(bytes: number): void {
  process.stderr.write(`\r${Math.round(bytes / 1_048_576)} MiB`);
}
