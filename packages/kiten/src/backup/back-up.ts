import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, KitenError } from '@kiten/codec';
import type { LogExtent } from '@kiten/ledger';
import { layoutOf } from '../site/layout.ts';
import type { Random } from '../site/secrets.ts';
import type { Environment } from '../site/site-store.ts';
import { dumpStore } from '../store/dump.ts';
import { version } from '../version.ts';
import { ArchiveWriter, readArchive } from './archive.ts';
import { type BackupRecipient, wrapFileKey } from './backup-key.ts';
import { atOneMoment } from './moment.ts';
import { contentOf, type OpenFile, openFile } from './open-files.ts';
import { openSealed, SealedWriter } from './sealed-file.ts';
import { openSessionFiles } from './session-files.ts';
import { siteFiles } from './site-files.ts';

/** What a backup says about itself; the first file in it. */
export interface BackupAbout {
  readonly backup: 'kiten/site';
  readonly site: string;
  readonly version: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Entries of the site's log that it holds. */
  readonly logSize: number;
}

export const aboutFile = 'kiten-backup.json';
export const storeFile = 'store.ndjson';

export interface BackUpOptions {
  /** The data directory of a site, running or not. */
  readonly directory: string;
  readonly file: string;
  /** Where the password of the store may be. */
  readonly environment: Environment;
  readonly recipient: BackupRecipient;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears of the bytes that have been written so far. */
  readonly onProgress?: (bytes: number) => void;
}

export interface MadeBackup extends BackupAbout {
  readonly file: string;
  readonly files: number;
  /** Bytes of the backup file. */
  readonly bytes: number;
}

/**
 * Backs a site up into one sealed file, while it runs. The file gets its name when it has been read again, to its end,
 * from the disk.
 *
 * @throws KitenError `kiten/file-exists`, `kiten/file-unwritable`, `kiten/backup-passphrase`, `kiten/backup-moved`,
 *   `kiten/site-missing`
 */
export async function backUp(options: BackUpOptions): Promise<MadeBackup> {
  const { file, recipient, random } = options;
  const wrapped = wrapFileKey(recipient, random);
  const making = `${file}.new`;
  const handle = await create(making, file);
  try {
    let made: MadeBackup;
    try {
      const sealed = await SealedWriter.begin(handle, wrapped, random);
      made = await fill(options, sealed);
    } finally {
      await handle.close();
    }
    await readAgain(making, wrapped.fileKey);
    await rename(making, file);
    return made;
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}

function fill(
  { directory, file, environment, clock, onProgress }: BackUpOptions,
  sealed: SealedWriter,
): Promise<MadeBackup> {
  const layout = layoutOf(directory);
  return atOneMoment(layout, environment, async (moment) => {
    // Sessions first: they move on, and the rest holds still.
    const sessions = await openSessionFiles(layout.sessions, 'sessions');
    const { site, log } = moment;
    const about: BackupAbout = {
      backup: 'kiten/site',
      site,
      version,
      at: clock.now(),
      logSize: log?.size ?? 0,
    };
    const archive = new ArchiveWriter(sealed);
    const add = async (opened: OpenFile) => {
      try {
        await archive.add(opened.path, contentOf(opened));
      } finally {
        await opened.handle.close();
      }
      onProgress?.(sealed.written);
    };
    await archive.add(aboutFile, [Buffer.from(JSON.stringify(about))]);
    for (const opened of sessions) await add(opened);
    await archive.add(storeFile, dumpStore(moment.store));
    await addLog(archive, layout.log, 'log', moment.log, add);
    await addLog(archive, layout.trafficLog, 'log-traffic', moment.trafficLog, add);
    for await (const opened of siteFiles(layout)) await add(opened);
    const { files } = await archive.end();
    return { ...about, file, files, bytes: sealed.written };
  });
}

async function addLog(
  archive: ArchiveWriter,
  directory: string,
  name: string,
  extent: LogExtent | undefined,
  add: (file: OpenFile) => Promise<void>,
): Promise<void> {
  if (extent === undefined) return;
  await archive.add(`${name}/checkpoint`, [Buffer.from(extent.checkpoint)]);
  for (const { name: segment, bytes } of extent.files) {
    const opened = await openFile(`${name}/${segment}`, join(directory, segment), bytes);
    if (opened === undefined) throw new KitenError('kiten/backup-moved', `${segment} is gone: try again.`);
    await add(opened);
  }
}

/** What the disk gives back is what was written, or there is no backup. */
async function readAgain(file: string, fileKey: Uint8Array): Promise<void> {
  const archive = readArchive(openSealed(file, () => fileKey));
  let step = await archive.next();
  while (step.done !== true) step = await archive.next();
}

async function create(making: string, file: string) {
  try {
    // A name that is taken is kept: it may be the last good backup.
    if (existsSync(file)) throw Object.assign(new Error(), { code: 'EEXIST' });
    return await open(making, 'w', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new KitenError('kiten/file-exists', `${file} is there already: give another name.`, { cause });
    throw new KitenError('kiten/file-unwritable', `${file} cannot be written.`, { cause });
  }
}
