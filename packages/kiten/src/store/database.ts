import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { KitenError } from '@kiten/codec';
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely';
import { isSqlite } from './dialects.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** How long whoever else has the file locked is waited for, in milliseconds. Nothing else happens meanwhile. */
const busyTimeout = 5_000;

/**
 * Opens the site's store: SQLite with a write-ahead log, each commit synced to the disk before it returns.
 *
 * @throws KitenError `kiten/store-unreadable` if the file is no SQLite database
 */
export function openDatabase(file: string): Database {
  return over(open(file));
}

/** The same to look into only, beside whoever writes it. @throws KitenError `kiten/store-unreadable` */
export function readDatabase(file: string): Database {
  try {
    return over(new DatabaseSync(file, { readOnly: true, timeout: busyTimeout }));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function over(database: DatabaseSync): Database {
  return new Kysely<Tables>({ dialect: new Dialect({ database: new Adapter(database) }) });
}

/** SQLite does take changes of tables in a transaction, which Kysely does not count on: migrations are whole or not at all. */
class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function open(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { timeout: busyTimeout });
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;',
    );
    return database;
  } catch (cause) {
    if (isNoRoom(cause)) throw noRoom(cause);
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): KitenError {
  return new KitenError('kiten/store-unreadable', `The store ${file} cannot be opened.`, {
    cause,
    detail: { file },
  });
}

/**
 * Has what was deleted or overwritten leave the write-ahead log too. Waits for nobody, as everything else would wait.
 *
 * @returns whether it has: not while somebody reads in it, a backup say
 */
export async function releaseErased(database: Database): Promise<boolean> {
  if (!isSqlite(database)) {
    await sql`vacuum evidence, findings`.execute(database);
    return true;
  }
  return database.connection().execute(async (store) => {
    await sql`pragma busy_timeout = 0`.execute(store);
    try {
      const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(store);
      return rows[0]?.busy === 0;
    } finally {
      await sql`pragma busy_timeout = ${sql.lit(busyTimeout)}`.execute(store);
    }
  });
}

const KEPT_STATEMENTS = 256;

/** What Kysely's SQLite dialect asks of a driver, over Node's own SQLite; statements are kept prepared. */
class Adapter {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): Statement {
    // A COMMIT that found no room has rolled back by itself: nothing is left that Kysely could undo.
    if (sql === 'rollback' && !this.#database.isTransaction) return this.prepare('select null');
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = new Statement(this.#database.prepare(sql));
    if (this.#statements.size < KEPT_STATEMENTS) this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

class Statement {
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return failing(() => this.#statement.all(...(parameters as SQLInputValue[])));
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return failing(() => this.#statement.run(...(parameters as SQLInputValue[])));
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return this.#statement.iterate(...(parameters as SQLInputValue[]));
  }
}

const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;

function failing<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw isNoRoom(cause) ? noRoom(cause) : cause;
  }
}

function isNoRoom(cause: unknown): boolean {
  const { errcode = 0 } = cause as { errcode?: number };
  return (errcode & 0xff) === SQLITE_FULL || (errcode & 0xff) === SQLITE_IOERR;
}

function noRoom(cause: unknown): KitenError {
  return new KitenError(
    'kiten/disk-full',
    'The store cannot be written: the disk is full or failing. Nothing was changed.',
    { cause },
  );
}
