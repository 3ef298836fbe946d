import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KitenError } from '@kiten/codec';

const fileName = '.lock';
const busy = 5;

/**
 * Makes sure that one client at a time works on a directory: two of them would write over what the other has just come to
 * trust. The lock is the operating system’s, through SQLite, so that it ends with the process, however that ends.
 *
 * @throws KitenError `update/client-busy`, `update/file-unwritable`.
 */
export async function withClientLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const database = locked(directory);
  try {
    return await work();
  } finally {
    database.close();
  }
}

function locked(directory: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(directory, fileName), { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return database;
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode === busy) {
      throw new KitenError('update/client-busy', `Another client is at work in ${directory}.`, { cause });
    }
    throw new KitenError('update/file-unwritable', `${directory} cannot be locked.`, { cause });
  }
}
