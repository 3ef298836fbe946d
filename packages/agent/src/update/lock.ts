import { DatabaseSync } from 'node:sqlite';
import { KitenError } from '@kiten/codec';

const SQLITE_BUSY = 5;

/**
 * Lets one process at a time lead images through the slots. The lock is the operating system’s (through SQLite), so that
 * it ends with the process, however that ends.
 *
 * @throws KitenError `agent/updates-in-use`, `agent/state-unusable`
 */
export function lockUpdates(file: string): Disposable {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (cause) {
    database?.close();
    throw (cause as { errcode?: number }).errcode === SQLITE_BUSY
      ? new KitenError('agent/updates-in-use', 'Another process of the agent is updating this device.', {
          cause,
        })
      : new KitenError('agent/state-unusable', `${file} cannot be used.`, { cause });
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}
