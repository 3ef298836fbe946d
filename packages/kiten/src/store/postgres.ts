import { KitenError } from '@kiten/codec';
import { Kysely, type PostgresCursorConstructor, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Client } from 'pg';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** Where a PostgreSQL store is, and how to get in. */
export interface PostgresAccess {
  /** `postgres://user@host:5432/database`, without a password. */
  readonly url: string;
  readonly password?: string;
}

export interface PostgresStore {
  readonly database: Database;
  /** Resolves if the connection is lost: what a site has in memory may then be more, or less, than what is stored. */
  readonly lost: Promise<KitenError>;
}

const INT8 = 20;
/** “kiten” as a number: the lock under which one site at a time has the store. */
const lockId = 0x6b6974656e;
const patience = 10_000;

/**
 * Opens a store in PostgreSQL: one connection, on which everything happens in turn, as in SQLite; a commit is on the
 * disk when it returns.
 *
 * @param use `exclusive` for a site that is to run: a second one is refused
 * @throws KitenError `kiten/store-unreachable`, `kiten/store-refused`, `kiten/store-url`, `kiten/data-in-use`
 */
export async function openPostgres(
  access: PostgresAccess,
  use: 'exclusive' | 'beside',
): Promise<PostgresStore> {
  requireProtected(access.url);
  const [{ Client: PostgresClient, types }, { default: Cursor }] = await Promise.all([
    import('pg').then((loaded) => loaded.default),
    import('pg-cursor'),
  ]);
  const client = new PostgresClient({
    connectionString: access.url,
    application_name: 'kiten',
    connectionTimeoutMillis: patience,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === INT8 ? Number : types.getTypeParser(oid, format)) as never,
    },
  });
  // What the address says takes precedence over an option, even if it says nothing.
  if (access.password !== undefined) client.password = access.password;
  const lost = new Promise<KitenError>((resolve) => {
    client.on('error', (cause) => resolve(unreachable(cause)));
    client.on('end', () => resolve(unreachable()));
  });
  try {
    await client.connect();
    await client.query("set synchronous_commit = on; set client_encoding = 'UTF8'; set timezone = 'UTC'");
  } catch (cause) {
    // Whoever never got in need not wait for a goodbye.
    client.end().catch(() => undefined);
    throw isRefusal(cause) ? refused(cause) : unreachable(cause);
  }
  if (use === 'exclusive') await lock(client);
  const pool = oneAtATime(client);
  const cursor = Cursor as unknown as PostgresCursorConstructor;
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor }) });
  return { database, lost };
}

async function lock(client: Client): Promise<void> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as free', [lockId]);
  if ((rows as { free: boolean }[])[0]?.free === true) return;
  await client.end();
  throw new KitenError('kiten/data-in-use', 'Another Kiten site is running on this PostgreSQL database.');
}

/** Lends the one connection to one after the other. */
function oneAtATime(client: Client) {
  let isGone = false;
  client.on('end', () => {
    isGone = true;
  });
  let before: Promise<void> = Promise.resolve();
  return {
    options: {},
    async connect(): Promise<PostgresPoolClient> {
      const { promise: returned, resolve: release } = Promise.withResolvers<void>();
      const turn = before;
      before = before.then(() => returned);
      await turn;
      const query = async (text: string, parameters: readonly unknown[]) => {
        try {
          return await client.query(text, parameters as unknown[]);
        } catch (cause) {
          throw explained(cause);
        }
      };
      return {
        // A cursor is handed over as it is, and gives its rows itself.
        query: (asked: unknown, parameters: readonly unknown[] = []) =>
          typeof asked === 'string' ? query(asked, parameters) : client.query(asked as never),
        release: () => release(),
      } as unknown as PostgresPoolClient;
    },
    async end(): Promise<void> {
      await before;
      // A connection that is gone never says that it has ended.
      if (!isGone) await client.end();
    },
  };
}

/** Class 53 of SQLSTATE is about resources, 08 and 57P0x about connections (PostgreSQL, Appendix A). */
function explained(cause: unknown): unknown {
  const { code } = cause as { code?: string };
  if (code === '53100') {
    const message =
      'The store cannot be written: the disk of the database server is full. Nothing was changed.';
    return new KitenError('kiten/disk-full', message, { cause });
  }
  if (code === undefined || /^(08|57P)/.test(code) || /^E[A-Z]+$/.test(code)) return unreachable(cause);
  return cause;
}

/** Class 28 of SQLSTATE is about who one is, 3D about a database that is not there. */
function isRefusal(cause: unknown): boolean {
  return /^(28|3D)/.test((cause as { code?: string }).code ?? '');
}

function refused(cause: unknown): KitenError {
  const message = `The PostgreSQL server of the store lets nobody in: ${(cause as Error).message}.`;
  return new KitenError('kiten/store-refused', message, { cause });
}

function unreachable(cause?: unknown): KitenError {
  return new KitenError('kiten/store-unreachable', 'The PostgreSQL server of the store does not answer.', {
    cause,
  });
}

/**
 * The store holds everything: it goes over no network unprotected, and its password stands in no file that is shown
 * around.
 *
 * @throws KitenError `kiten/store-url`
 */
export function requireProtected(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    throw wrongUrl('is no address like postgres://user@host:5432/database');
  if (url.password !== '')
    throw wrongUrl('has a password in it: use store.password_file or store.password_env');
  const host = url.searchParams.get('host') ?? url.hostname;
  const isHere =
    host === '' || host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
  if (!isHere && url.searchParams.get('sslmode') !== 'verify-full')
    throw wrongUrl(
      'is of another machine: add ?sslmode=verify-full, and sslrootcert=FILE for a CA of your own',
    );
}

function wrongUrl(problem: string): KitenError {
  return new KitenError('kiten/store-url', `“store.url” ${problem}.`);
}
