import { fromBase64, KitenError, toBase64 } from '@kiten/codec';
import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { isSqlite } from './dialects.ts';
import { migrate } from './migrations.ts';

/** Rows of any table, as they are dumped: times and counts, texts, JSON in texts, bytes. */
type Row = Readonly<Record<string, string | number | null | Uint8Array>>;

/** The first line of a dump. */
interface DumpHead {
  readonly dump: 'kiten/store';
  /** What has been done to the store's form, oldest first. */
  readonly migrations: readonly string[];
  /** In the order in which they can be filled: a table comes after those that it refers to. */
  readonly tables: readonly string[];
}

/**
 * All rows of all tables as lines of JSON, whatever database they are in. `store` is a connection with a transaction
 * that sees one moment.
 */
export async function* dumpStore(store: Kysely<unknown>): AsyncGenerator<Uint8Array> {
  const open = store as Kysely<Record<string, Row>>;
  const tables = await tablesOf(open);
  const migrations = await open.selectFrom('kysely_migration').select('name').orderBy('name').execute();
  const head: DumpHead = {
    dump: 'kiten/store',
    migrations: migrations.map(({ name }) => String(name)),
    tables,
  };
  yield lineOf(head);
  for (const table of tables) {
    for await (const row of open.selectFrom(table).selectAll().stream(1000))
      yield lineOf([table, encode(row)]);
  }
}

/**
 * Fills an empty store from a dump.
 *
 * @param newest brings the store from the form of the dump to this program's; left out only by tests
 * @throws KitenError `kiten/backup-newer` if the dump comes from a newer program, `kiten/backup-damaged`
 */
export async function loadStore(database: Database, lines: AsyncIterable<string>): Promise<void> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head = parse(first.done === true ? '' : first.value) as DumpHead;
  if (head.dump !== 'kiten/store') throw damaged();
  await migrate(database, head.migrations.at(-1));
  const open = database as unknown as Kysely<Record<string, Row>>;
  const known = new Set(await tablesOf(open));
  await open.transaction().execute(async (store) => {
    // What a new store comes with is in the dump too.
    for (const table of [...head.tables].reverse()) {
      if (!known.has(table)) throw damaged();
      await store.deleteFrom(table).execute();
    }
    let batch: { table: string; rows: Row[] } = { table: '', rows: [] };
    const flush = async () => {
      if (batch.rows.length > 0) await store.insertInto(batch.table).values(batch.rows).execute();
    };
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
      const [table, row] = parse(step.value) as [string, Record<string, unknown>];
      if (!head.tables.includes(table)) throw damaged();
      if (batch.table !== table || batch.rows.length === rowsAtOnce) {
        await flush();
        batch = { table, rows: [] };
      }
      batch.rows.push(decode(row));
    }
    await flush();
    for (const table of head.tables) await countOn(store, table);
  });
  await migrate(database);
}

const rowsAtOnce = 200;

/** PostgreSQL counts on from where its own counter stands, SQLite from the highest row there is. */
async function countOn(store: Kysely<Record<string, Row>>, table: string): Promise<void> {
  if (isSqlite(store)) return;
  const { rows } = await sql<{ name: string }>`select column_name as name from information_schema.columns
    where table_name = ${table} and table_schema = current_schema() and is_identity = 'YES'`.execute(store);
  for (const { name } of rows)
    await sql`select setval(pg_get_serial_sequence(${table}, ${name}), coalesce(max(${sql.ref(name)}), 0) + 1, false)
      from ${sql.table(table)}`.execute(store);
}

/** The site's tables, those first that others refer to. */
async function tablesOf(store: Kysely<Record<string, Row>>): Promise<readonly string[]> {
  const tables = (await store.introspection.getTables())
    .filter(({ isView }) => !isView)
    .map(({ name }) => name);
  const references = new Map<string, readonly string[]>();
  for (const table of tables.sort()) references.set(table, await referencesOf(store, table));
  const ordered: string[] = [];
  const place = (table: string): void => {
    if (ordered.includes(table)) return;
    for (const other of references.get(table) ?? []) if (other !== table) place(other);
    ordered.push(table);
  };
  tables.forEach(place);
  return ordered;
}

async function referencesOf(store: Kysely<Record<string, Row>>, table: string): Promise<readonly string[]> {
  const question = isSqlite(store)
    ? sql<{ table: string }>`select "table" from pragma_foreign_key_list(${table})`
    : sql<{ table: string }>`select distinct other.relname as "table" from pg_constraint
        join pg_class as own on own.oid = conrelid join pg_class as other on other.oid = confrelid
        where contype = 'f' and own.relname = ${table}`;
  const { rows } = await question.execute(store);
  return rows.map((row) => row.table);
}

function encode(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { bytes: toBase64(value) } : value,
    ]),
  );
}

function decode(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value === null || typeof value === 'string' || typeof value === 'number') return [name, value];
      const { bytes } = value as { bytes?: unknown };
      if (typeof bytes !== 'string') throw damaged();
      return [name, fromBase64(bytes)];
    }),
  );
}

function lineOf(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged();
  }
}

function damaged(): KitenError {
  return new KitenError('kiten/backup-damaged', 'The store in the backup is not as it was written.');
}
