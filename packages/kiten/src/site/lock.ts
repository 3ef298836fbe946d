import { DatabaseSync } from 'node:sqlite';
import { KitenError } from '@kiten/codec';

const SQLITE_BUSY = 5;

/** A database nobody refers to is closed with the next collection of garbage, and its lock would go with it. */
const held = new Set<DatabaseSync>();

/**
 * Makes sure that one process at a time works on a data directory. The lock is the operating system's
 * (through SQLite), so that it ends with the process, however that ends.
 *
 * @throws KitenError `kiten/data-in-use`
 */
export function lockDirectory(file: string): Disposable {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
    throw new KitenError('kiten/data-in-use', 'Another Kiten process is using this data directory.', {
      cause,
      detail: { lock: file },
    });
  }
  held.add(database);
  return {
    [Symbol.dispose]() {
      held.delete(database);
      database.close();
    },
  };
}
