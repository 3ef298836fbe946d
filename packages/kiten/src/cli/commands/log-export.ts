import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeVerifierKey, exportLog, verifierKey } from '@kiten/ledger';
import type { Command } from 'commander';
import { layoutOf } from '../../site/layout.ts';
import { logOrigin, logPublicKey } from '../../site/log-identity.ts';
import type { Environment } from '../environment.ts';
import { makeDirectory, writeBytes } from '../files.ts';
import { exportedKeyFile } from '../log-keys.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { counted, print, printJson } from '../output.ts';

interface ExportOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** `kiten log export`: all that an auditor needs, in a directory that can be carried, or served as it is. */
export function logExportCommand(log: Command, environment: Environment): void {
  log
    .command('export <directory>')
    .description(
      'copy the log for an auditor: `kiten log verify --export` verifies it offline; run again to bring it forward',
    )
    .option('--data <directory>', dataHelp)
    .option('--json', 'print JSON')
    .action(async (target: string, options: ExportOptions) => {
      const layout = layoutOf(dataDirectory(options.data, environment));
      const origin = await logOrigin(layout);
      const publicKey = await logPublicKey(layout);
      await makeDirectory(target);
      const { size } = await exportLog(layout.log, join(target, 'log'), { publicKeys: [publicKey], origin });
      await copyTimeStamps(layout.timeStamps, join(target, 'timestamps'));
      const key = encodeVerifierKey(verifierKey(origin, 'ed25519', publicKey));
      await writeBytes(join(target, exportedKeyFile), `${key}\n`);
      if (options.json) return printJson({ directory: target, origin, size, key });
      print(`${target}: ${counted(size, 'entry', 'entries')} of ${origin}`);
      return print(`Give the auditor the key some other way: ${key}`);
    });
}

async function copyTimeStamps(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true });
  } catch (error) {
    // There are none if nobody is asked for them.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
